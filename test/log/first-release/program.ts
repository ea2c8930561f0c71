/** The app that writes the log of the fixtures, and reads it: each process runs the same app. */
import {
  type App,
  crashed,
  createApp,
  daily,
  failed,
  heldFor,
  inacted,
  inaction,
  missed,
  paramExists,
  paramIs,
  type RunRecord,
  succeeded,
  terminated,
} from 'gantry'
import { TestClock } from 'gantry/testing'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** An error whose stack has no paths of this machine. */
function fixedError(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), {
    name,
    stack: `${name}: ${message}\n    at work (app.js:1:1)`,
    ...more,
  })
}

/** One process of the app, on a clock that a script or a test advances. */
export interface Life {
  readonly app: App
  readonly clock: TestClock
  /** Kinds of warnings, in order. */
  readonly warnings: string[]
}

/** Creates the app over a store, at an instant. `life` is part of the run ids, so that they differ between processes. */
export function makeLife(store: string, at: string, life: string): Life {
  const clock = new TestClock({ at, zone: 'UTC' })
  let runs = 0
  const runId = (task: string): string => `${life}-${++runs} ${task}`
  const app = createApp({
    clock,
    store,
    timezone: 'UTC',
    logger: silent,
    persist: true,
    relaunchDelay: 0,
    params: { stage: 'dev', limits: { rows: 10, names: ['a', 'b'] } },
    templates: {
      ping: {
        description: 'pings',
        work: ({ url }: { url?: string }) => `pinged ${url}`,
        start: 'every 2 hours',
        options: { runId },
      },
    } as never,
  })
  const warnings: string[] = []
  app.session.on('session.warning', ({ kind }) => {
    // It depends on the speed of the machine.
    if (kind !== 'loop-lag') warnings.push(kind)
  })
  const lasting =
    (ms: number) =>
    async (_: unknown, run: { readonly signal: AbortSignal }): Promise<string> => {
      await clock.sleep(ms, { signal: run.signal })
      return `lasted ${ms} ms`
    }
  const hour = 3_600_000

  app.task('fetch', 'every 1 hour', { runId }, () => ({
    rows: [1, 2.5, -3],
    city: 'Zürich ✓',
    text: 'a "quoted", line;\r\nand\tanother',
    none: null,
  }))
  app.task('report', "after task 'fetch' succeeded", { runId, timezone: 'Europe/Berlin' }, () => 42)
  app.task('counted', succeeded('fetch').today.atLeast(3).and(daily), { runId }, () => 'counted')
  app.task('formula', false, { runId }, () => '=SUM(A1:A9)')
  app.task('false', false, { runId }, () => false)
  app.task('null', false, { runId }, () => null)
  app.task('nothing', false, { runId }, () => {})
  app.task('big', false, { runId }, () => ({ n: 10n }) as unknown)
  app.task('secretive', false, { runId }, () => ({ token: 'abc', rows: 1 }))
  app.task('name, "quoted"; Ünï ✓', false, { runId }, () => 'named')
  app.task('fails', false, { runId }, () => {
    throw fixedError('RangeError', 'no file "x, y"\nin folder', {
      code: 'ENOENT',
      cause: fixedError('Error', 'disk is gone'),
    })
  })
  app.task('throws text', false, { runId }, () => {
    throw 'only text'
  })
  app.task('retries', 'daily | retry 2 times after 10 minutes', { runId }, () => {
    throw fixedError('Error', 'again')
  })
  app.task('idle', false, { runId }, () => inaction('nothing new'))
  app.task('idle without reason', false, { runId }, () => inaction())
  app.task('slow', false, { runId }, lasting(10 * hour))
  app.task('times out', false, { runId, timeout: '1 minute' }, lasting(10 * hour))
  app.task('ends', false, { runId, end: 'time of day after 08:20' }, lasting(10 * hour))
  app.task('ends at once', false, { runId, end: 'time of day after 00:00' }, lasting(10 * hour))
  app.task('replaces', false, { runId, overlap: 'replace' }, lasting(hour))
  app.task('parallel', false, { runId, multilaunch: true }, lasting(hour))
  app.task('starts up', false, { runId, onStartup: true }, () => 'up')
  app.task('shuts down', false, { runId, onShutdown: true }, () => 'down')
  app.task('permanent', false, { runId, permanent: true }, lasting(1000 * hour))
  app.task('talks', false, { runId }, (_, run) => {
    run.log.info('one line')
    run.log.warn('two\nlines, "quoted"', { n: 1 })
    run.progress(0.5, 'half')
  })
  app.task('catches up', 'daily after 07:00', { runId, catchUp: 'all' }, (_, run) =>
    run.period?.start.toISO(),
  )
  app.task('misses', 'cron 0 7 * * *', { runId }, () => 'on time')
  app.task('switched off', 'every 1 hour', { runId }, () => 'never')
  app.task('changes', 'daily', { runId, priority: 1 }, () => 'changed')
  app.task('waits', heldFor(paramIs('stage', 'prod'), '2 hours').and(daily), { runId }, () => 'waited')
  app.task('left open', false, { runId }, lasting(10 * hour))
  app.task('runs again', false, { runId, onCrash: 'rerun' }, lasting(hour / 2))
  app.task('by hand', false, { runId }, (_, run) => ({ ...run.params }))
  return { app, clock, warnings }
}

/** Stops the session and waits for its end. */
export async function endLife({ app, clock }: Life): Promise<void> {
  app.session.shutDown({ force: true })
  await clock.settled()
  await app.session.stopped
}

const keyOf = ({ task, action, at, runId }: Omit<RunRecord, 'seq'>): string =>
  [task, action, at, runId].join('\n')

/** Reads everything that the log holds. Prose that the reading session writes is left out. */
export async function factsOf({ app, clock, warnings }: Life, lastSeq: number): Promise<object> {
  const { session } = app
  const before = lastSeq + 1
  const kept = { before }
  const newer = await session.log.query({ after: lastSeq, oldestFirst: true })
  const streamed: number[] = []
  for await (const { seq } of session.log.stream({ ...kept, oldestFirst: true })) streamed.push(seq)
  const seqs = (records: readonly { readonly seq: number }[]): number[] => records.map(({ seq }) => seq)
  const all = await session.log.query(kept)
  const notes = async (note: 'missed' | 'late' | 'audit' | 'heartbeat' | 'lines' | 'state') =>
    await session.log.notes({ note, before })
  // Order and ids depend on the speed of the disk; a reason is prose.
  const pick = (records: readonly RunRecord[]) =>
    records
      .map(({ seq: _, reason: __, ...record }) => ({
        ...record,
        runId: record.runId.replace(/^d-\d+ /, 'd '),
      }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const open = all.filter(
    ({ action, runId }) =>
      action === 'run' && !all.some((end) => end.runId === runId && end.action !== 'run'),
  )
  const conditions = [
    succeeded('fetch').today,
    succeeded('fetch').today.atLeast(3),
    failed('fails'),
    terminated('slow'),
    crashed('left open'),
    crashed('left open').today,
    inacted('idle'),
    missed('misses'),
    paramIs('stage', 'prod'),
    paramExists('gone'),
  ]
  return {
    records: all,
    notes: {
      missed: await notes('missed'),
      late: await notes('late'),
      audit: await notes('audit'),
      heartbeat: await notes('heartbeat'),
      lines: await notes('lines'),
      state: await notes('state'),
    },
    open: seqs(open),
    isStreamed: streamed.reverse().join() === seqs(all).join(),
    queries: {
      'newest three': seqs(await session.log.query({ ...kept, limit: 3 })),
      'oldest three': seqs(await session.log.query({ limit: 3, oldestFirst: true })),
      'a page': seqs(await session.log.query({ before: 40, limit: 5 })),
      'a page upwards': seqs(await session.log.query({ after: 40, limit: 5, oldestFirst: true })),
      'one task': seqs(await session.log.query({ ...kept, task: 'fetch' })),
      'two tasks, two actions': seqs(
        await session.log.query({ ...kept, task: ['fails', 'idle'], action: ['fail', 'inaction'] }),
      ),
      'one run': seqs(await session.log.query({ runId: 'a-1 starts up' })),
      'an error': seqs(await session.log.query({ ...kept, error: 'no file "x, y"' })),
      'a stretch': seqs(
        await session.log.query({ since: Date.UTC(2026, 2, 1, 9), until: Date.UTC(2026, 2, 1, 10) }),
      ),
      'name with quotes': seqs(await session.log.query({ ...kept, task: 'name, "quoted"; Ünï ✓' })),
      'lines of a run': seqs(await session.log.notes({ ...kept, note: 'lines', task: 'talks' })),
    },
    after: {
      newer: pick(newer),
      counts: Object.fromEntries(
        await Promise.all(
          (['run', 'success', 'fail', 'terminate', 'inaction', 'crash'] as const).map(
            async (action) => [action, await session.log.count({ action })] as const,
          ),
        ),
      ),
      tasks: Object.fromEntries(
        session.tasks().map((task) => {
          const { name, ...json } = task.toJSON()
          const { lastValue } = task
          const nextRuns = task.nextRuns(2).map((at) => at.toISO())
          return [name, { ...json, hasReturn: session.returns.has(name), lastValue, nextRuns }]
        }),
      ),
      params: session.params.toJSON(),
      conditions: conditions.map((condition) => condition.holds({ session })),
      state: session.state,
      store: { durable: session.log.store?.durable, health: session.log.health.state },
      warnings,
      now: new Date(clock.now()).toISOString(),
    },
  }
}
