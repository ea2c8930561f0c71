/** Explanations of past instants: restarts, stores, bad input, and what is not known. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { condition, createMemoryStore, daily, every, type Note, paramIs, type SessionOptions } from 'gantry'
import { type Desk, lasting, setUp, tearDown } from '../../support/session.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-past-'))
afterEach(tearDown)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An explanation as text, with its instant. */
type Said = readonly [at: number, task: string, text: string]

async function stop({ session, clock }: Desk): Promise<void> {
  session.shutDown({ force: true })
  await clock.advance('1 second')
  await session.stopped
}

const sayAll = ({ session, clock }: Desk): Said[] =>
  session.tasks().map((task) => [clock.now(), task.name, String(task.explain())] as const)

async function expectSaid({ session }: Desk, said: readonly Said[]): Promise<void> {
  for (const [at, task, text] of said) {
    const then = await session.at(at)
    expect(String(await then.explain(task))).toBe(text)
  }
}

test('a task is explained as it was explained then', async () => {
  const desk = setUp()
  const { clock, app } = desk
  app.task('fetch', daily.after('13:00'), () => clock.sleep(600_000))
  app.task('report', "after task 'fetch' succeeded", () => {})
  await app.start()
  const said: Said[] = []
  for (let n = 0; n < 20; n++) {
    await clock.advance('7 minutes')
    said.push(...sayAll(desk))
  }
  await expectSaid(desk, said)
})

test.each(['jsonl', 'csv', 'sqlite'])(
  'a later session over a %s store explains instants before its start',
  async (kind) => {
    const store = `${kind}:${join(folder, `log.${kind}`)}`
    const options: SessionOptions = { store, params: { mode: 'a' } }
    const before = setUp(options)
    before.app.task('one', paramIs('mode', 'b').and(every('10 minutes')), () => {})
    before.app.task('two', daily.after('12:30'), lasting(before.clock))
    await before.app.start()
    const said: Said[] = []
    const changes: (() => void)[] = [
      () => before.session.params.set('mode', 'b'),
      () => before.session.task('one').disable(),
      () => before.session.hold(),
      () => before.session.resume(),
      () => before.session.task('one').update({ start: 'every 20 minutes', disabled: false }),
      () => before.session.createTask('three', daily.at('13:00'), () => {}),
      () => void before.session.removeTask('two'),
    ]
    for (const change of changes) {
      await before.clock.advance('7 minutes')
      said.push(...sayAll(before))
      await before.clock.advance(1)
      change()
      await before.clock.settled()
      said.push(...sayAll(before))
      await before.clock.advance(1)
    }
    await stop(before)
    const stoppedAt = before.clock.now()
    const after = setUp(options)
    await after.clock.advance(stoppedAt - after.clock.now() + 3_600_000)
    after.app.task('one', 'every 1 hour', () => {})
    const { session } = await { session: await after.app.start() }
    await after.clock.advance('1 hour')
    await expectSaid(after, said)
    const pause = await session.task('one').explainAt(stoppedAt + 60_000)
    expect(pause).toMatchObject({ isDue: false, sentence: 'the session was not running', unknown: [] })
    expect(await session.at(stoppedAt + 60_000)).toMatchObject({ state: 'stopped', tasks: [], params: {} })
    const first = await session.task('one').explainAt(said[0]![0] - 86_400_000)
    expect(first.isDue).toBeNull()
    expect(first.unknown[0]).toMatch(/^the log begins at/)
    const then = await session.at(said[0]![0])
    expect(then.state).toBe('running')
    expect(then.params).toEqual({ mode: 'a' })
    expect(then.tasks.map(({ name, state }) => [name, state])).toEqual([
      ['one', 'idle'],
      ['two', 'idle'],
    ])
  },
)

test('what the log does not have is not known, and only if it matters', async () => {
  const { app, session, clock } = setUp({ params: { password: 'hunter22', big: { of: new Map() } } })
  const isOpen = condition('the shop is open', () => false)
  app.task('custom', isOpen, () => {})
  app.task('both', isOpen.and(daily.after('20:00')), () => {})
  app.task('secret', paramIs('password', 'hunter22').and(daily.after('20:00')), () => {})
  app.task('params', paramIs('big', 'small'), () => {})
  await app.start()
  const at = clock.now()
  await clock.advance('1 hour')
  session.params.set('password', 'another1')
  session.task('custom').disable()
  await clock.advance('1 minute')
  const custom = await session.task('custom').explainAt(at)
  expect(custom.isDue).toBeNull()
  expect(custom.sentence).toBe(
    "not known: custom condition 'the shop is open': the log does not keep answers of a custom condition",
  )
  expect(custom.condition).toMatchObject({ holds: null, kind: 'predicate' })
  expect(String(custom)).toContain('? the shop is open')
  expect((await session.task('custom').explainAt(clock.now())).isDue).toBe(false)
  const both = await session.task('both').explainAt(at)
  expect(both.isDue).toBe(false)
  expect(both.condition).toMatchObject({ holds: false })
  expect(both.blockers.map(({ sentence }) => sentence).join()).toContain("outside 'time of day after 20:00'")
  const secret = await session.task('secret').explainAt(at)
  expect(secret.unknown).toEqual(["the value of param 'password': it is a secret, which the log masks"])
  expect(secret.isDue).toBe(false)
  expect((await session.task('params').explainAt(at)).unknown[0]).toContain("param 'big'")
  const then = await session.at(at)
  expect(then.params.password).toBe('(redacted)')
  expect(JSON.stringify(await session.log.notes({ note: 'change' }))).not.toMatch(/hunter22|another1/)
})

test('instants that are in the future or invalid, and unknown tasks, are errors', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('one', daily, () => {})
  await app.start()
  await expect(task.explainAt(clock.now() + 1)).rejects.toThrow(
    "Cannot explain task 'one' at a future instant as the log has the past only: 2026-11-24T12:00:00.001Z, and it is 2026-11-24T12:00:00.000Z. Use session.forecast() for the future.",
  )
  await expect(task.explainAt('yesterday')).rejects.toThrow(RangeError)
  await expect(task.explainAt(Number.NaN)).rejects.toThrow(/Cannot explain task 'one' at a past instant/)
  await expect(session.at({} as never)).rejects.toThrow(TypeError)
  const then = await session.at(clock.now())
  await expect(then.explain('on')).rejects.toThrow(/Did you mean 'one'/)
  expect((await task.explainAt(clock.now() - 1)).sentence).toBe('the session was not running')
})

test('a task that was removed, or was added later, is reported as missing', async () => {
  const { app, session, clock } = setUp()
  app.task('one', daily.after('14:00'), () => {})
  await app.start()
  const before = clock.now()
  await clock.advance('1 minute')
  const late = session.createTask('late', daily, () => {})
  await session.removeTask('one')
  await clock.advance('1 minute')
  expect((await late.explainAt(before)).sentence).toBe("there was no task 'late' in the session")
  const then = await session.at(before)
  expect(then.tasks.map(({ name }) => name)).toEqual(['one'])
  expect((await then.explain('one')).sentence).toContain("outside 'time of day after 14:00'")
  const now = await session.at(clock.now())
  expect((await now.explain('late')).unknown).toEqual([])
})

test('a gap in the notes is detected', async () => {
  const store = createMemoryStore()
  const { app, session, clock } = setUp({ store, params: { n: 0 } })
  const task = app.task('one', paramIs('n', 1), () => {})
  await app.start()
  const at = clock.now()
  for (let n = 1; n < 4; n++) {
    await clock.advance('1 minute')
    session.params.set('n', n)
  }
  await clock.advance('1 minute')
  expect((await task.explainAt(at)).unknown).toEqual([])
  store.prune({ maxAgeMs: 100_000 }, clock.now())
  const lost = await task.explainAt(at)
  expect(lost.unknown[0]).toMatch(/^the log no longer has the changes of the session/)
  expect((await task.explainAt(clock.now() - 30_000)).unknown).toEqual([])
})

test('runs cause no notes, and a burst of waiting runs causes one', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('one', every('1 minute'), () => {})
  const slow = app.task('slow', false, lasting(clock))
  await app.start()
  await clock.advance('1 second')
  const count = async (): Promise<number> => (await session.log.notes({ note: 'change' })).length
  const before = await count()
  await clock.advance('1 hour')
  await task.run()
  expect(await count()).toBe(before)
  for (let n = 0; n < 1000; n++) void slow.run().then(undefined, () => {})
  await clock.advance('1 second')
  expect(await count()).toBe(before + 1)
  const [note] = (await session.log.notes({ note: 'change', limit: 1 })) as readonly (Note & {
    data: object
  })[]
  expect(JSON.stringify(note).length).toBeLessThan(2000)
  expect((await slow.explainAt(clock.now())).sentence).toMatch(/^a run of task 'slow' waits in its queue/)
})
