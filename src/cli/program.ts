import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config/config.js';
import { systemClock } from '../core/clock.js';
import { silentLogger } from '../core/logger.js';
import { AUDIT_KINDS, type AuditKind } from '../data/audit.js';
import { backup, restore } from '../data/backup.js';
import { readDataKey } from '../data/key.js';
import { type DataRoom, openData } from '../data/open.js';
import { type AuditArguments, auditLines } from './audit.js';
import { addCustomerCommands } from './customers.js';
import { evaluationTable } from './evaluation-table.js';
import { exportPredictions } from './export.js';
import { addKeyCommands } from './keys.js';
import { addModelCommands } from './models.js';

const MODELS = ['fraud', 'recommendations', 'segmentation'] as const;
type ModelName = (typeof MODELS)[number];

function modelName(text: string): ModelName {
  if ((MODELS as readonly string[]).includes(text)) return text as ModelName;
  throw new InvalidArgumentError(`expected one of ${MODELS.join(', ')}`);
}
function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}

/** Opens the data folder of the settings for one command. @throws what `openData` throws: a running server holds the folder, say. */
async function withData(work: (data: DataRoom) => Promise<void>): Promise<void> {
  const { dataDir, dataKeyFile } = readConfig();
  const data = await openData({
    dir: dataDir,
    clock: systemClock,
    logger: silentLogger,
    watermarkBytes: 0,
    retention: { events: 0, predictions: 0 },
    key: readDataKey(dataKeyFile),
  });
  try {
    await work(data);
  } finally {
    await data.close();
  }
}

function auditKind(text: string, before: readonly AuditKind[] | undefined): AuditKind[] {
  const kind = text.toUpperCase();
  if ((AUDIT_KINDS as readonly string[]).includes(kind)) return [...(before ?? []), kind as AuditKind];
  throw new InvalidArgumentError(`expected one of ${AUDIT_KINDS.join(', ')}`);
}
function time(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('expected a date or time, as 2026-03-01T12:00:00Z');
  return ms;
}

interface TrainArguments {
  readonly data: string;
  readonly models?: string;
  readonly seed: number;
  readonly number?: number;
  readonly baselines: boolean;
}

/** The commands of `scoregraph`. */
export function createProgram(say: (line: string) => void): Command {
  const program = new Command('scoregraph').description('One GraphQL graph of model scores.').showHelpAfterError();

  program
    .command('start', { isDefault: true })
    .description('starts the server (settings: docs/configuration.md)')
    .action(async () => {
      await import('../main.js');
    });

  program
    .command('train')
    .description('trains a reference model and writes it as a new version')
    .argument('<model>', MODELS.join(', '), modelName)
    .requiredOption('--data <folder>', 'folder with the data sets (docs/training.md)')
    .option('--models <folder>', 'where the version is written; default: SCOREGRAPH_MODELS_DIR')
    .option('--seed <number>', 'the same seed gives the same model', wholeNumber, 42)
    .option('--number <version>', 'number of the new version; default: the next free one', wholeNumber)
    .option('--no-baselines', 'fraud: leaves out the gradient boosting that the model is held against')
    .action(async (model: ModelName, options: TrainArguments) => {
      const { train } = await import('../training/index.js');
      const folder = await train(model, {
        dataDir: options.data,
        modelsDir: options.models ?? readConfig().modelsDir,
        seed: options.seed,
        baselines: options.baselines,
        ...(options.number === undefined ? {} : { version: options.number }),
      });
      say(`Written: ${folder}`);
    });

  program
    .command('evaluate')
    .description("recomputes every figure of a version's card from the data; fails when one differs")
    .argument('<model>', MODELS.join(', '), modelName)
    .argument('[version]', 'its number; default: the newest', wholeNumber)
    .requiredOption('--data <folder>', 'folder with the data sets (docs/training.md)')
    .option('--models <folder>', 'where the version is; default: SCOREGRAPH_MODELS_DIR')
    .action(async (model: ModelName, version: number | undefined, options: { data: string; models?: string }) => {
      const { evaluate } = await import('../training/index.js');
      const evaluation = await evaluate(model, {
        dataDir: options.data,
        modelsDir: options.models ?? readConfig().modelsDir,
        ...(version === undefined ? {} : { version }),
      });
      for (const line of evaluationTable(evaluation)) say(line);
      if (evaluation.figures.some((figure) => !figure.same)) process.exitCode = 1;
    });

  program
    .command('backup')
    .description('writes a consistent copy of the data and the audit of a stopped server')
    .argument('<file>', 'a new file')
    .option('--key-file <file>', 'encrypts the copy with this key; default: as the data is')
    .action(async (file: string, { keyFile }: { keyFile?: string }) => {
      const copyKey = readDataKey(keyFile ?? null);
      const { dataDir: dir, dataKeyFile } = readConfig();
      await withData(async (data) => {
        const from = { data, dir, key: readDataKey(dataKeyFile) };
        const note = await backup(from, file, systemClock.now(), copyKey);
        say(`${file}: everything up to event ${note.events}, sha256 ${note.sha256}`);
      });
    });

  program
    .command('export')
    .description(
      'writes the recorded predictions of a model with the features it saw, as JSON lines; of a stopped server',
    )
    .argument('<model>', 'fraud, …')
    .argument('<file>', 'a new file')
    .option('--after <position>', 'only what was recorded after this position', wholeNumber, 0)
    .action(async (model: string, file: string, { after }: { after: number }) => {
      await withData(async ({ predictions }) => {
        const count = await exportPredictions(predictions, model, file, after);
        say(`${file}: ${count} predictions of ${model}`);
      });
    });

  addCustomerCommands(program, withData, say);

  program
    .command('audit')
    .description(
      'prints who asked which model about whom, and who did what, as JSON lines, oldest first; a server may run beside it',
    )
    .option('--customer <id>', 'only about this customer')
    .option('--principal <id>', 'only by this caller')
    .option('--model <name>', 'only of this model')
    .option('--kind <kind...>', AUDIT_KINDS.join(', '), auditKind)
    .option('--outcome <code>', 'OK, or an error code')
    .option('--since <time>', 'from this time on, as 2026-03-01T12:00:00Z', time)
    .option('--until <time>', 'before this time', time)
    .action(async (options: AuditArguments) => {
      const { dataDir, dataKeyFile } = readConfig();
      for await (const line of auditLines(dataDir, readDataKey(dataKeyFile), options)) say(line);
    });

  program
    .command('restore')
    .description('puts a backup into an empty data folder')
    .argument('<file>', 'what `backup` wrote')
    .action(async (file: string) => {
      const { dataDir } = readConfig();
      const note = await restore(file, dataDir);
      say(`${dataDir}: everything up to event ${note.events}, as of ${note.madeAt}`);
    });

  addKeyCommands(program, say);
  addModelCommands(program, say);
  return program;
}
