import { cpSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fill, MODELS, startTestServer, type TestServer, temporaryFolder } from '../support/server.js';

describe('with two of three models', () => {
  const folder = temporaryFolder();
  let server: TestServer | null = null;
  const modelsDir = join(folder.path, 'models');
  cpSync(MODELS, modelsDir, { recursive: true });
  truncateSync(join(modelsDir, 'segmentation/1/weights.bin'), 10);
  afterEach(async () => {
    await server?.stop();
    server = null;
  });
  const get = async (path: string) => {
    const response = await fetch(`${server!.url}${path}`);
    return { status: response.status, body: await response.json() };
  };

  it('the server is ready, says what is missing, and answers the rest', async () => {
    server = await startTestServer({ dataDir: join(folder.path, 'a'), modelsDir });
    expect(await get('/v2/health/ready')).toMatchObject({
      status: 200,
      body: { ready: true, notReady: [], degraded: [expect.stringMatching(/^segmentation 1 is END: .*weights\.bin/)] },
    });
    expect(await get('/v2/models/segmentation/ready')).toMatchObject({ status: 503, body: { ready: false } });
    expect(await get('/v2/models/fraud/ready')).toMatchObject({ status: 200 });
    await fill(server, 1);
    const { data, errors } = await server.query(
      '{ customer(customerId: "c1") { segment { confidence } recommendations { basis } } }',
    );
    expect(data.customer).toEqual({ segment: null, recommendations: { basis: expect.any(String) } });
    expect(errors).toMatchObject([
      { path: ['customer', 'segment'], extensions: { code: 'MODEL_UNAVAILABLE', model: 'segmentation' } },
    ]);
  });
  it('the server is not ready where the third is required', async () => {
    server = await startTestServer({
      dataDir: join(folder.path, 'b'),
      modelsDir,
      env: { SCOREGRAPH_REQUIRED_MODELS: 'fraud,segmentation' },
    });
    expect(await get('/v2/health/ready')).toMatchObject({
      status: 503,
      body: { ready: false, notReady: [expect.stringMatching(/^segmentation 1 is END/)], degraded: [] },
    });
  });
});
