import { join } from 'node:path';
import { fill, payment, startTestServer, type TestServer, temporaryFolder } from './server.js';
import { changeManifest, modelFolder, type PublishOptions, publish } from './versions.js';

/** A server with several versions of the fraud model beside the shipped segmentation, over folders of its own. */
export interface RollOutServer {
  readonly models: string;
  readonly server: TestServer;
  readonly customers: readonly string[];
  /** Publishes versions, starts, and makes customers. */
  begin(options: RollOutOptions): Promise<void>;
  /** Stops the server and starts another over the same data and models. */
  restart(): Promise<void>;
  /** @throws Error with the errors of an answer that has any. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the query gave it
  ask(document: string, variables?: object): Promise<any>;
  /** Inputs of one more payment of each customer. */
  payments(): object[];
  end(): Promise<void>;
}
export interface RollOutOptions {
  readonly customers: number;
  readonly aliases: Readonly<Record<string, number>>;
  /** Versions beside 1, and how they differ from it. */
  readonly versions: readonly (readonly [number: number, options?: PublishOptions])[];
}

/** Makes the folders; nothing runs before `begin`. */
export function rollOutServer(): RollOutServer {
  const folder = temporaryFolder();
  const models = join(folder.path, 'models');
  let server: TestServer;
  let customers: string[] = [];
  let paid = 0;
  const start = async () => {
    server = await startTestServer({
      dataDir: join(folder.path, 'data'),
      modelsDir: models,
      env: { SCOREGRAPH_MODELS_POLL_MS: '100' },
    });
  };
  return {
    models,
    get server() {
      return server;
    },
    get customers() {
      return customers;
    },
    async begin({ customers: count, aliases, versions }) {
      modelFolder(models, 'fraud');
      modelFolder(models, 'segmentation');
      for (const [version, options] of versions) publish(models, 'fraud', version, options);
      changeManifest(models, 'fraud', { aliases, version_policy: { all: {} } });
      await start();
      customers = await fill(server, count);
    },
    async restart() {
      await server.stop();
      await start();
    },
    async ask(document, variables) {
      const { data, errors } = await server.query(document, variables);
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
    payments: () => customers.map((customer) => payment(`t${++paid}`, customer)),
    async end() {
      await server.stop();
      folder.remove();
    },
  };
}
