import { print } from 'graphql';
import type { ModelManifest } from '../../inference/ports.js';
import { buildGraph } from '../schema.js';
import { mergedWith } from './merge.js';
import { isWritten, planOf } from './plan.js';
import { documentOf } from './sdl.js';

/**
 * What a manifest would bring to the graph, beside the written part alone.
 * @throws GraphRefusal saying what does not fit.
 */
export function partOfGraph(manifest: ModelManifest): { readonly fields: readonly string[]; readonly sdl: string } {
  if (isWritten(manifest)) return { fields: [], sdl: '# Its part of the graph is written: see schema/.' };
  const plan = planOf(manifest);
  mergedWith(buildGraph(), [], plan);
  const { names, entity } = plan;
  const fields = [`Query.${names.query}`, ...(entity === null ? [] : [`${entity}.${names.field}`])];
  return { fields, sdl: print(documentOf(plan)) };
}
