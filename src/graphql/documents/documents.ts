import { GraphQLError } from 'graphql';
import type { Principal } from '../../access/principal.js';
import { ScoregraphError } from '../../core/errors.js';
import { MAX_ID_LENGTH, sha256 } from './manifest.js';
import { RegisteredDocuments, type RegisteredLimits } from './registered.js';
import { TrustedDocuments } from './trusted.js';

/** What an operation request says about its document, as it came: nothing is checked yet. */
export interface DocumentRequest {
  readonly query?: unknown;
  /** GraphQL over HTTP, appendix A: `sha256:<64 hex digits>`, or an id of a manifest. */
  readonly documentId?: unknown;
  /** `persistedQuery: { version: 1, sha256Hash }`: Apollo's automatic persisted queries. */
  readonly extensions?: unknown;
}

export interface DocumentsOptions {
  /** Default: none. */
  readonly trusted?: TrustedDocuments;
  /** Whether trusted documents are all that is answered, and nobody may register others. Default false. */
  readonly onlyTrusted?: boolean;
  /** Who may ask what they like all the same. Default nobody. */
  readonly mayAskFreely?: (principal: Principal) => boolean;
  readonly registered?: Partial<RegisteredLimits>;
}

/**
 * The one place that turns what a request says (a text, the id of a trusted document, the hash of one that was registered) into the text
 * of a document. Every door asks here before anything is parsed.
 */
export class Documents {
  readonly trusted: TrustedDocuments;
  readonly registered: RegisteredDocuments;
  readonly onlyTrusted: boolean;
  readonly #mayAskFreely: (principal: Principal) => boolean;

  constructor(options: DocumentsOptions = {}) {
    this.trusted = options.trusted ?? TrustedDocuments.none();
    this.onlyTrusted = options.onlyTrusted ?? false;
    this.#mayAskFreely = options.mayAskFreely ?? (() => false);
    this.registered = new RegisteredDocuments(this.onlyTrusted ? { maxDocuments: 0 } : options.registered);
  }

  /**
   * The text to run. A text that comes with its hash is registered under it.
   * @throws GraphQLError PERSISTED_QUERY_NOT_FOUND when an id or hash is not known, PERSISTED_QUERY_NOT_SUPPORTED when registering is
   * off, BAD_REQUEST when the request contradicts itself; ScoregraphError FORBIDDEN when only trusted documents are answered.
   */
  resolve(request: DocumentRequest, principal: Principal): string {
    return this.#resolve(request, principal, true);
  }

  /** The same without registering anything; null when `resolve` would throw. For doors that look before they answer. */
  peek(request: DocumentRequest, principal: Principal): string | null {
    try {
      return this.#resolve(request, principal, false);
    } catch {
      return null;
    }
  }

  #resolve(request: DocumentRequest, principal: Principal, register: boolean): string {
    const problem = problemOfRequest(request);
    if (problem !== null) throw badRequest(problem);
    const { query, documentId, extensions } = request as Named;
    const hash = extensions?.persistedQuery?.sha256Hash;
    if (documentId != null) return this.#named(documentId);
    if (hash === undefined) return this.#free(query!, principal);
    return query == null || query === '' ? this.#known(hash) : this.#hashed(hash, query, principal, register);
  }

  #free(text: string, principal: Principal): string {
    if (!this.onlyTrusted || this.trusted.has(text) || this.#mayAskFreely(principal)) return text;
    throw new ScoregraphError(
      'FORBIDDEN',
      'This server answers trusted documents only: send the "documentId" of one in its manifests, or its text to the letter. To try ' +
        'documents of your own (GraphiQL, introspection), use a server without SCOREGRAPH_ONLY_TRUSTED=on, or a caller with the role ' +
        'operator or admin. See docs/trusted-documents.md.',
      { reason: 'DOCUMENT_NOT_TRUSTED' },
    );
  }

  #named(documentId: string): string {
    const text = this.trusted.byId(documentId) ?? this.#ofHash(documentId.replace(/^sha256:/, ''));
    if (text !== undefined) return text;
    throw refusal(
      'PERSISTED_QUERY_NOT_FOUND',
      `no document of this server has the documentId ${JSON.stringify(documentId.slice(0, 80))}`,
    );
  }

  /** A hash alone. Both messages are what Apollo's and urql's clients look for. */
  #known(hash: string): string {
    const text = this.trusted.byId(hash) ?? this.#ofHash(hash);
    if (text !== undefined) return text;
    // Told that hashes are of no use here, a client would never again send that of a trusted document.
    if (this.onlyTrusted || this.registered.isOn) throw refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    throw refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  }

  #hashed(hash: string, text: string, principal: Principal, register: boolean): string {
    // A text that was registered is compared, which is quicker than hashing it again.
    if (this.#ofHash(hash) === text) return text;
    if (hash !== sha256(text)) throw badRequest('provided sha does not match query');
    const allowed = this.#free(text, principal);
    if (register) this.registered.add(hash, allowed);
    return allowed;
  }

  #ofHash(hash: string): string | undefined {
    return this.trusted.byHash(hash) ?? this.registered.get(hash);
  }
}

/** A request whose shape was checked. */
interface Named {
  readonly query?: string | null;
  readonly documentId?: string | null;
  readonly extensions?: { readonly persistedQuery?: { readonly sha256Hash: string } | null } | null;
}

/** What is wrong with the way in which a request names its document; null when it names exactly one. */
export function problemOfRequest({ query, documentId, extensions }: DocumentRequest): string | null {
  const persisted = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery ?? null;
  if (query != null && typeof query !== 'string') return 'expected "query" to be a text';
  const hasText = query != null && query !== '';
  if (documentId != null) {
    if (!isId(documentId)) return `expected "documentId" to be a text of 1 to ${MAX_ID_LENGTH} characters`;
    if (hasText) return 'expected "query" or "documentId", got both';
    return persisted === null ? null : 'expected "documentId" or the extension "persistedQuery", got both';
  }
  if (persisted === null)
    return hasText
      ? null
      : 'expected "query" (a text that is not empty), "documentId" or the extension "persistedQuery"';
  const { version, sha256Hash } = Object(persisted) as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1) return 'Unsupported persisted query version: expected "persistedQuery.version" to be 1';
  return isId(sha256Hash)
    ? null
    : `expected "persistedQuery.sha256Hash" to be a text of 1 to ${MAX_ID_LENGTH} characters`;
}

const isId = (id: unknown): id is string => typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH;

const badRequest = (message: string): GraphQLError => refusal('BAD_REQUEST', message);

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
