/** Lines that runs log are kept in the run log, with limits, and outlive the process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { type Session, secret } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'
import { silent } from '../../support/silent.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-lines-'))
afterEach(tearDown)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Line {
  readonly level: string
  readonly message: string
}

async function linesOf(session: Session, runId: string): Promise<string[]> {
  const notes = await session.log.notes({ note: 'lines', runId })
  return notes
    .toReversed()
    .flatMap(({ data }) => (data as Line[]).map(({ level, message }) => `${level} ${message}`))
}

test('run.log: lines are kept with the records of their run, in order, and outlive the process', async () => {
  const store = `jsonl:${join(folder, 'runs.jsonl')}`
  const before = setUp({ store })
  const task = before.app.task('t', false, async ({ n }: Record<string, unknown>, run) => {
    run.log.info('begins', n)
    run.log.warn('%d left', 3)
    await before.clock.sleep(10)
    run.log.error('ends')
  })
  await before.app.start()
  const handle = task.run({ n: 1 })
  await before.clock.advance('1 second')
  const { runId } = await handle
  const other = task.run({ n: 2 })
  await before.clock.advance('1 second')
  expect(await linesOf(before.session, runId)).toEqual(['info begins 1', 'warn 3 left', 'error ends'])
  expect(await linesOf(before.session, (await other).runId)).toContain('info begins 2')
  before.session.shutDown()
  await before.session.stopped
  const after = setUp({ store })
  await after.app.start()
  expect(await linesOf(after.session, runId)).toEqual(['info begins 1', 'warn 3 left', 'error ends'])
})

test.each<[name: string, linesPerRun: number | undefined, wanted: number]>([
  ['a thousand by default', undefined, 1_001],
  ['the given number', 5, 6],
  ['no lines with 0', 0, 0],
])('log.linesPerRun keeps %s, and a note that more followed', async (_, linesPerRun, wanted) => {
  const log = linesPerRun === undefined ? {} : { linesPerRun }
  const { app, session, clock } = setUp({ log })
  const task = app.task('t', false, async (_, run) => {
    for (let n = 0; n < 2_000; n++) {
      run.log.info(n)
      if (n % 900 === 0) await clock.sleep(1)
    }
  })
  await app.start()
  const handle = task.run()
  await clock.advance('1 second')
  const lines = await linesOf(session, (await handle).runId)
  expect(lines).toHaveLength(wanted)
  if (wanted > 0) expect([lines[0], lines.at(-1)]).toEqual(['info 0', 'warn Further lines are not stored.'])
})

test('run.log: at most 256 KB of lines are kept per run', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('t', false, (_, run) => {
    for (let n = 0; n < 100; n++) run.log.info('x'.repeat(8_000))
  })
  await app.start()
  const handle = task.run()
  await clock.settled()
  const lines = await linesOf(session, (await handle).runId)
  expect(lines.length).toBe(33)
  expect(lines.at(-1)).toBe('warn Further lines are not stored.')
})

test('run.log: secrets are masked in the kept lines', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('t', false, { args: { key: secret('hunter2') } }, ({ key }, run) =>
    run.log.info(`it is ${key}`),
  )
  await app.start()
  const handle = task.run()
  await clock.settled()
  expect(await linesOf(session, (await handle).runId)).toEqual(['info it is (redacted)'])
})

test('run.log: lines do not count towards the retention of other notes', async () => {
  const { app, session, clock } = setUp({ log: { retention: { maxRecords: 5 } }, logger: silent })
  const task = app.task('t', false, (_, run) => run.log.info('a line'))
  await app.start()
  await session.log.note({ task: 't', message: 'kept' })
  for (let n = 0; n < 20; n++) {
    void task.run()
    await clock.advance('1 minute')
  }
  await clock.advance('15 minutes')
  expect(await session.log.notes({ note: 'audit' })).toHaveLength(1)
})
