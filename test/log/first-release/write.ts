/** Writes the log of the fixtures in three processes: one that is killed, one that stops, one that is killed. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createCsvStore, createJsonlStore, createSqliteStore, type Store } from 'gantry'
import { endLife, factsOf, type Life, makeLife } from './program.ts'

/** The stores that have fixtures, with the names of their files. */
export const fixtureStores = { jsonl: 'runs.jsonl', csv: 'runs.csv', sqlite: 'runs.db' } as const

export type FixtureStore = keyof typeof fixtureStores

/** The instant at which the reader of the fixtures starts. */
export const readAt = '2026-03-05T12:00'

const storeOf = (kind: FixtureStore, path: string): Store =>
  ({ jsonl: createJsonlStore, csv: createCsvStore, sqlite: createSqliteStore })[kind](path)

/** Copies the files of a running session, as a kill leaves them. */
async function kill(life: Life, kind: FixtureStore, from: string, to: string): Promise<string> {
  const file = fixtureStores[kind]
  await life.clock.settled()
  // Everything before a durable note is durable.
  await life.app.session.log.note({ message: 'a sign of life' })
  mkdirSync(to, { recursive: true })
  for (const name of [file, `${file}-wal`])
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name))
  await endLife(life)
  return join(to, file)
}

async function firstLife(path: string, kind: FixtureStore): Promise<Life> {
  const life = makeLife(`${kind}:${path}`, '2026-03-01T08:00', 'a')
  const { app, clock } = life
  const { session } = app
  await app.start()
  const run = (name: string, params?: Record<string, unknown>) => void session.task(name).run(params)
  for (const name of ['formula', 'false', 'null', 'nothing', 'big', 'secretive', 'name, "quoted"; Ünï ✓'])
    run(name)
  for (const name of ['fails', 'throws text', 'idle', 'idle without reason', 'talks']) run(name)
  for (const name of ['slow', 'times out', 'ends', 'ends at once', 'replaces', 'permanent']) run(name)
  run('parallel', { n: 1 })
  run('parallel', { n: 2 })
  run('by hand', { day: '2026-03-01', deep: { list: [1, null, 'x'] }, text: '=1+1' })
  run('by hand', { password: 'hunter2', big: 10n, rows: 3 })
  session.createTask('gone', false, { runId: () => 'a gone' }, () => clock.sleep(3_600_000))
  run('gone')
  await clock.advance('5 minutes')
  run('replaces')
  session.task('slow').terminate()
  void session.removeTask('gone')
  session.params.set('stage', 'prod')
  session.params.set('deep', { list: [1, 'two', null], text: 'a "b", c\nd' })
  session.task('switched off').disable()
  session
    .task('changes')
    .update({ start: 'daily after 18:00', priority: 7, timeout: '1 minute', retention: { maxRecords: 5 } })
  session.createFrom('ping', 'ping a', { params: { url: 'https://example.org/a?b=c' } })
  session.send({ type: 'task.create', task: 'ping b', template: 'ping', options: { priority: 2 } })
  session.createTask('comes later', false, () => {}).disable()
  await session.log.note({ task: 'fetch', message: 'ada: ran, "by hand"', data: { who: 'ada', ok: true } })
  // Enough time for retries, the end condition and the hours.
  await clock.advance('3 hours')
  run('left open')
  run('runs again', { n: 1, text: 'again' })
  await clock.advance('5 minutes')
  return life
}

async function secondLife(path: string, kind: FixtureStore): Promise<Life> {
  const life = makeLife(`${kind}:${path}`, '2026-03-03T09:30', 'b')
  const { app, clock } = life
  const { session } = app
  await app.start()
  await clock.advance('40 minutes')
  session.task('misses').backfill({ from: '2026-02-20T12:00', to: '2026-02-22T12:00' })
  session.task('permanent').run()
  await clock.advance('1 minute')
  session.params.set('for a while', 1)
  session.params.unset('for a while')
  session.hold()
  await clock.settled()
  session.task('by hand').run({ n: 1 }, { key: 'one' })
  session.task('by hand').run({ n: 2, text: 'zwei, "✓"' })
  await clock.settled()
  return life
}

async function thirdLife(path: string, kind: FixtureStore): Promise<Life> {
  const life = makeLife(`${kind}:${path}`, '2026-03-04T06:00', 'c')
  const { app, clock } = life
  const { session } = app
  await app.start()
  await clock.advance('2 hours')
  session.task('left open').run({ n: 3 })
  session.task('runs again').run({ n: 4 })
  session.task('permanent').run()
  await clock.advance('1 minute')
  session.hold()
  await clock.settled()
  session.task('by hand').run({ n: 5 }, { key: 'five' })
  session.task('by hand').run({ n: 6 })
  session.task('catches up').backfill({ from: '2026-02-27T00:00', to: '2026-02-28T12:00' })
  await clock.settled()
  return life
}

/** Appends notes of two kinds that stores accept and sessions do not write, and prunes the records of a task. */
async function byStore(kind: FixtureStore, path: string): Promise<void> {
  const store = storeOf(kind, path)
  const seq = ((await store.load()).at(-1)?.seq ?? 0) + 1
  const at = Date.UTC(2026, 2, 1, 12)
  await store.append([
    { seq, note: 'late', task: 'fetch', at, runId: 'a late', message: 'late', data: { lateMs: 1500 } },
    { seq: seq + 1, note: 'heartbeat', at },
  ])
  await store.prune({ ofTask: (task) => (task === 'fetch' ? { maxPerTask: 4 } : undefined) }, at)
  await store.close()
}

/** Writes the log of one store below a folder. Returns the path of its file and the `seq` of its newest entry. */
export async function writeLog(
  kind: FixtureStore,
  folder: string,
): Promise<{ path: string; lastSeq: number }> {
  const places = [1, 2, 3].map((n) => join(folder, kind, String(n)))
  for (const place of places) mkdirSync(place, { recursive: true })
  const [one, two, three] = places as [string, string, string]
  const first = await kill(await firstLife(join(one, fixtureStores[kind]), kind), kind, one, two)
  await byStore(kind, first)
  await endLife(await secondLife(first, kind))
  const path = await kill(await thirdLife(first, kind), kind, two, three)
  // Closing the store moves the WAL into the file.
  const store = storeOf(kind, path)
  const lastSeq = (await store.load()).at(-1)?.seq ?? 0
  await store.close()
  return { path, lastSeq }
}

/** Opens a log in the next process and reads it. */
export async function readLog(kind: FixtureStore, path: string, lastSeq: number): Promise<unknown> {
  const life = makeLife(`${kind}:${path}`, readAt, 'd')
  await life.app.start()
  await life.clock.advance('1 hour')
  const facts = await factsOf(life, lastSeq)
  await endLife(life)
  return JSON.parse(JSON.stringify(facts))
}
