/**
 * Suites that run against any build of the package: `node --expose-gc dist/bench/versus-suites.js <suite> <package folder>` prints the
 * figures as JSON. A package is reached only through the `exports` of its `package.json`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App, SessionOptions } from 'gantry'

/** Figures of a suite, by name. */
export type Figures = Readonly<Record<string, number>>

type Package = Pick<typeof import('gantry'), 'createApp'>

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const suites = {
  idle: idleTasks,
  'no-op-100': (gantry: Package) => noopRuns(gantry, 100),
  'no-op-10000': (gantry: Package) => noopRuns(gantry, 10_000),
  sqlite: durableRuns,
} as const

/** The name of a suite. */
export type SuiteName = keyof typeof suites

export const suiteNames = Object.keys(suites) as readonly SuiteName[]

/** The unit of a figure. */
export function unitOf(figure: string): string {
  if (figure.startsWith('memory')) return 'KB'
  return figure.startsWith('set-up') ? 'ms' : 'runs/s'
}

function quietApp({ createApp }: Package, options: SessionOptions = {}): App {
  return createApp({ logger: silent, relaunchDelay: 0, timezone: 'UTC', ...options })
}

async function stop(app: App): Promise<void> {
  app.session.shutDown({ force: true })
  await app.session.stopped
}

async function heapUsed(app: App): Promise<number> {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.()
    await app.session.clock.sleep(20)
  }
  return process.memoryUsage().heapUsed
}

/** Set-up time and memory of 10,000 tasks that wait for a time of day. */
async function idleTasks(gantry: Package): Promise<Figures> {
  const count = 10_000
  const app = quietApp(gantry)
  const before = await heapUsed(app)
  const start = performance.now()
  for (let n = 0; n < count; n++) app.task(`t${n}`, 'daily after 23:59 & ~true', () => {})
  await app.start()
  const setUp = performance.now() - start
  const used = await heapUsed(app)
  await stop(app)
  return { [`set-up of ${count} tasks`]: setUp, 'memory per idle task': (used - before) / count / 1024 }
}

/** Runs per second of tasks that are always due and do nothing. */
async function noopRuns(gantry: Package, count: number): Promise<Figures> {
  return { [`no-op runs, ${count} tasks`]: await runsPerSecond(quietApp(gantry), count) }
}

/** Runs per second with a SQLite log: each start and end is durable. */
async function durableRuns(gantry: Package): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'))
  try {
    const app = quietApp(gantry, { store: `sqlite:${join(folder, 'runs.db')}` })
    return { 'durable runs, SQLite, 500 tasks': await runsPerSecond(app, 500) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runsPerSecond(app: App, count: number): Promise<number> {
  let runs = 0
  for (let n = 0; n < count; n++) app.task(`t${n}`, true, () => void runs++)
  await app.start()
  const { clock } = app.session
  await clock.sleep(500)
  const before = runs
  const start = performance.now()
  await clock.sleep(2_000)
  const each = ((runs - before) / (performance.now() - start)) * 1_000
  await stop(app)
  return each
}

async function load(folder: string): Promise<Package> {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return (await import(pathToFileURL(join(folder, exports['.'].default)).href)) as Package
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , suite, folder = '.'] = process.argv
  console.log(JSON.stringify(await suites[suite as SuiteName](await load(folder))))
}
