import { resolve } from 'node:path';
import { z } from 'zod';
import { list } from './readers.js';

/** Paths of a certificate and its key, both PEM. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Origins as browsers send them: scheme, host, and the port where it is not the usual one. */
export const origins = list.superRefine((parts, context) => {
  const wrong = parts.find((part) => !URL.canParse(part) || new URL(part).origin !== part);
  if (wrong !== undefined)
    context.addIssue({
      code: 'custom',
      message: `expected origins such as https://app.example, without a path, none of them *; ${JSON.stringify(wrong)} is none`,
    });
});

export const TLS_VARIABLES = {
  SCOREGRAPH_TLS_CERT: z.string().min(1).max(2_000).optional(),
  SCOREGRAPH_TLS_KEY: z.string().min(1).max(2_000).optional(),
} as const;

type Values = { [K in keyof typeof TLS_VARIABLES]: z.output<(typeof TLS_VARIABLES)[K]> };

/** Puts the two together; one without the other goes to `problems`. */
export function tlsOf(
  { SCOREGRAPH_TLS_CERT: cert, SCOREGRAPH_TLS_KEY: key }: Values,
  problems: string[],
): TlsConfig | null {
  if (cert === undefined && key === undefined) return null;
  if (cert !== undefined && key !== undefined) return { certFile: resolve(cert), keyFile: resolve(key) };
  const [there, missing] =
    cert === undefined ? ['SCOREGRAPH_TLS_KEY', 'SCOREGRAPH_TLS_CERT'] : ['SCOREGRAPH_TLS_CERT', 'SCOREGRAPH_TLS_KEY'];
  problems.push(`${missing}: expected a path, since ${there} is set: a certificate and its key go together`);
  return null;
}
