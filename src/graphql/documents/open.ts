import type { GraphQLSchema } from 'graphql';
import type { Principal } from '../../access/principal.js';
import type { Logger } from '../../core/logger.js';
import { checkDocument } from '../pipeline.js';
import { Documents } from './documents.js';
import { TrustedDocuments } from './trusted.js';

export interface OpenDocumentsOptions {
  /** The schema that serves now. */
  readonly schema: () => GraphQLSchema;
  /** Manifests of trusted documents. */
  readonly files: readonly string[];
  /** The manifest of the server's own page. */
  readonly ownFile: string;
  readonly onlyTrusted: boolean;
  /** Documents that clients may register; 0: none. */
  readonly maxRegistered: number;
  readonly mayAskFreely: (principal: Principal) => boolean;
  readonly logger: Logger;
}

/**
 * The documents of a server, those of its manifests held against its schema.
 * @throws Error naming a manifest that cannot be read.
 */
export async function openDocuments(options: OpenDocumentsOptions): Promise<Documents> {
  const { schema, files, ownFile, onlyTrusted, maxRegistered, mayAskFreely, logger } = options;
  const trusted = await TrustedDocuments.open({
    files,
    ownFile,
    logger,
    check(text) {
      const document = checkDocument(schema(), text);
      return 'kind' in document ? [] : document.map(({ message }) => message);
    },
  });
  for (const problem of trusted.problems) logger.warn({}, `A trusted document cannot be served: ${problem}`);
  return new Documents({ trusted, onlyTrusted, mayAskFreely, registered: { maxDocuments: maxRegistered } });
}
