/** A run that is requested before its session starts warns that it waits, at once and when the process ends. */
import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { buildProgram, type Program } from '../../support/program.ts'
import { setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

describe('a run that is requested before the start', () => {
  test('warns once per session, with the task, and starts when the session starts', async () => {
    const { app, session, clock, news } = setUp()
    const a = app.task('a', false, () => 1)
    const b = app.task('b', false, () => 2)
    const handles = [a.run(), a.run(), b.run()]
    expect(news.filter(({ type }) => type === 'session.warning')).toEqual([
      expect.objectContaining({
        kind: 'not-started',
        task: 'a',
        message: "Task 'a' waits for the session to start: call app.start() or app.run().",
      }),
    ])
    await app.start()
    await clock.advance('1 second')
    expect((await Promise.all(handles)).map(({ value }) => value)).toEqual([1, 1, 2])
    await a.run()
    session.hold()
    void a.run()
    expect(warningsIn(news)).toEqual(['not-started'])
  })

  test('warns again after a stop', async () => {
    const { app, session, news } = setUp()
    const a = app.task('a', false, () => 1)
    void a.run()
    await app.start()
    session.shutDown()
    await session.stopped
    void a.run()
    expect(warningsIn(news)).toEqual(['not-started', 'not-started'])
    await app.start()
  })

  test('adds one process listener for all waiting sessions, and removes it once they have started', async () => {
    const before = process.listenerCount('beforeExit')
    const desks = Array.from({ length: 20 }, () => setUp())
    for (const { app } of desks) void app.task('a', false, () => {}).run()
    expect(process.listenerCount('beforeExit')).toBe(before + 1)
    for (const { app } of desks) await app.start()
    expect(process.listenerCount('beforeExit')).toBe(before)
  })
})

describe('a process', () => {
  let program: Program
  beforeAll(() => {
    program = buildProgram('test/session/programs/waiting.ts')
  })
  afterAll(() => program.remove())

  const play = (how: string) => spawnSync(process.execPath, [program.path, how], { encoding: 'utf8' })

  test('that ends while runs wait warns, and is not kept alive', () => {
    const { stderr, status } = play('never started')
    expect(stderr).toContain("Task 'b' waits for the session to start: call app.start() or app.run().")
    expect(stderr).toContain(
      "The process ends while 3 runs wait for a session that was not started (tasks: 'a', 'b').",
    )
    // Exit code of Node for a top-level await that never settles.
    expect(status).toBe(13)
  })

  test('whose waiting run was terminated ends without a further warning', () => {
    const { stderr, status } = play('taken back')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(0)
  })

  test('whose session has started has no listener', () => {
    const { stdout, stderr, status } = play('started')
    expect(stderr).not.toContain('The process ends')
    expect([stdout, status]).toEqual(['listeners 0\n', 0])
  })
})
