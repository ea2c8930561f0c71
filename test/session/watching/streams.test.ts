/** Streams for code outside of the session: conditions, states of tasks and events, on the session's clock. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { always, condition, never, onEach, StatementError, type TaskState } from 'gantry'
import {
  BehaviorSubject,
  concatMap,
  filter,
  firstValueFrom,
  map,
  Observable,
  of,
  Subject,
  scan,
  share,
  take,
} from 'rxjs'
import { toTaskState } from '../../../src/session/actors/state-name.ts'
import { gate, lasting, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

const bad = (): never => {
  throw new Error('bad')
}

const heard = <T>(stream: Observable<T>): T[] => {
  const all: T[] = []
  stream.subscribe((value) => void all.push(value))
  return all
}

describe('session.watch', () => {
  test('emits the current value, then each change, on the session clock', async () => {
    const { session, app, clock } = setUp()
    await app.start()
    const all = heard(session.watch('time of day between 22:00 and 06:00'))
    expect(all).toEqual([false])
    await clock.advance('24 hours')
    expect(all).toEqual([false, true, false])
  })

  test.each<[what: string, condition: never, now: boolean]>([
    ['a condition', always as never, true],
    ['a boolean', false as never, false],
    ['a function', (() => true) as never, true],
    ['an Observable', of(true) as never, true],
    ['a statement', "param 'open' exists" as never, false],
  ])('accepts %s', async (_, input, now) => {
    const { session, app } = setUp()
    await app.start()
    expect(await firstValueFrom(session.watch(input))).toBe(now)
  })

  test('accepts custom statements of the session', async () => {
    const { session, app } = setUp()
    app.condition('the shop is open', () => true)
    await app.start()
    expect(heard(session.watch('the shop is open' as never))).toEqual([true])
  })

  test('throws at the call for a value that is not a condition', () => {
    const { session } = setUp()
    expect(() => session.watch('dayly' as never)).toThrow(StatementError)
    expect(() => session.watch(7 as never)).toThrow(TypeError)
    expect(() => session.watch(onEach(new Subject()))).toThrow(/onEach/)
  })

  test('emits at once after changes of params and tasks, and only if the value changes', async () => {
    const { session, app, clock } = setUp()
    app.task('a', false, () => {})
    await app.start()
    const param = heard(session.watch("param 'open' is true"))
    const succeeded = heard(session.watch("task 'a' has succeeded"))
    session.params.set('open', true)
    session.params.set('open', true)
    session.params.set('other', 1)
    session.params.set('open', false)
    session.task('a').run()
    await clock.settled()
    expect({ param, succeeded }).toEqual({ param: [false, true, false], succeeded: [false, true] })
  })

  test('continues while the session is held', async () => {
    const { session, app, clock } = setUp()
    await app.start()
    session.hold()
    const all = heard(session.watch('time of day after 13:00'))
    await clock.advance('2 hours')
    expect(all).toEqual([false, true])
  })

  test('emits the current value of a stopped session, and continues at the next start', async () => {
    const { session, app, clock } = setUp()
    const source = new BehaviorSubject(true)
    const all = heard(session.watch(source))
    expect(all).toEqual([true])
    expect(source.observed).toBe(false)
    source.next(false)
    await app.start()
    expect(all).toEqual([true, false])
    source.next(true)
    session.shutDown()
    await session.stopped
    await clock.settled()
    expect(source.observed).toBe(false)
    source.next(false)
    expect(all).toEqual([true, false, true])
    await app.start()
    expect(all).toEqual([true, false, true, false])
  })

  test('evaluates each subscription separately, and unsubscribes from its source', async () => {
    const { session, app } = setUp()
    await app.start()
    const source = new BehaviorSubject(true)
    const stream = session.watch(source)
    expect(source.observed).toBe(false)
    const first = stream.subscribe()
    const second = stream.pipe(filter(Boolean)).subscribe()
    first.unsubscribe()
    expect(source.observed).toBe(true)
    second.unsubscribe()
    expect(source.observed).toBe(false)
    expect(await firstValueFrom(stream)).toBe(true)
    expect(source.observed).toBe(false)
  })

  test('does not call a function after the unsubscription', async () => {
    const { session, app, clock } = setUp({ pollEvery: '1 second' })
    await app.start()
    let asked = 0
    const subscription = session.watch(() => asked++ < 0).subscribe()
    await clock.advance('3 seconds')
    const before = asked
    expect(before).toBeGreaterThan(2)
    subscription.unsubscribe()
    await clock.advance('1 minute')
    expect(asked).toBe(before)
  })

  test('counts heldFor from the subscription', async () => {
    const { session, app, clock } = setUp()
    await app.start()
    session.params.set('open', true)
    const all = heard(session.watch("param 'open' exists for 10 minutes" as never))
    await clock.advance('9 minutes')
    expect(all).toEqual([false])
    await clock.advance('1 minute')
    expect(all).toEqual([false, true])
  })

  test.each([
    ['a function', bad],
    ['a promise', () => Promise.reject(new Error('bad'))],
    ['an Observable', new Observable<boolean>((subscriber) => subscriber.error(new Error('bad')))],
  ])('counts %s that fails as false, with a warning', async (_, failing) => {
    const { session, app, clock, news } = setUp()
    await app.start()
    const all = heard(session.watch(failing as never))
    await clock.settled()
    expect(all).toEqual([false])
    expect(warningsIn(news)).toContain('condition')
    expect(session.state).toBe('running')
  })

  test("ends the session after a failure with onError: 'raise'", async () => {
    const { session, app, clock } = setUp({ onError: { condition: 'raise' } })
    await app.start()
    const ended = expect(session.stopped).rejects.toThrow(/failed/)
    session.watch(bad).subscribe()
    await clock.settled()
    await ended
  })

  test('keeps the value of a custom condition per subscription', async () => {
    const { session, app } = setUp()
    await app.start()
    let asked = 0
    const isOpen = condition(() => asked++ >= 0)
    session.watch(isOpen()).subscribe()
    session.watch(isOpen()).subscribe()
    expect(asked).toBe(2)
  })
})

describe('task.state', () => {
  test('is the current state as one word, and removed after the removal', async () => {
    const { session, app, clock } = setUp()
    const work = gate()
    const task = app.task('a', false, () => work.promise.then(bad))
    const seen = [task.state]
    await app.start()
    task.run()
    await clock.settled()
    seen.push(task.state)
    work.open()
    await clock.settled()
    seen.push(task.state, task.toJSON().state)
    await session.removeTask('a')
    seen.push(task.state, task.toJSON().state)
    expect(seen).toEqual(['idle', 'running', 'failed', 'failed', 'removed', 'removed'])
  })

  test('is the top level of a nested state', () => {
    expect(toTaskState('idle')).toBe('idle')
    expect(toTaskState({ idle: 'resting' })).toBe('idle')
    expect(toTaskState({ running: { live: 'one' } })).toBe('running')
  })
})

describe('task.state$', () => {
  test('emits the current state, then each change', async () => {
    const { session, app, clock } = setUp()
    let isGood = true
    const task = app.task('a', false, () => isGood || bad())
    const all = heard<TaskState>(task.state$)
    await app.start()
    task.run()
    await clock.settled()
    isGood = false
    task.run()
    await clock.settled()
    expect(all).toEqual(['idle', 'running', 'idle', 'running', 'failed'])
    expect(await firstValueFrom(task.state$)).toBe('failed')
    expect(session.state).toBe('running')
  })

  test('is running until the last of several runs has ended', async () => {
    const { app, clock } = setUp()
    const gates = [gate(), gate()]
    let n = 0
    const task = app.task('a', false, { multilaunch: 2 }, () => gates[n++]!.promise)
    await app.start()
    const all = heard(task.state$)
    task.run()
    task.run()
    await clock.settled()
    gates[0]!.open()
    await clock.settled()
    expect(all).toEqual(['idle', 'running'])
    gates[1]!.open()
    await clock.settled()
    expect(all).toEqual(['idle', 'running', 'idle'])
  })

  test('continues after a restart of the session, and completes when the task is removed', async () => {
    const { session, app, clock } = setUp()
    const task = app.task('a', false, () => bad())
    const all: string[] = []
    task.state$.subscribe({ next: (state) => void all.push(state), complete: () => void all.push('over') })
    await app.start()
    task.run()
    await clock.settled()
    session.shutDown()
    await session.stopped
    await app.start()
    task.run()
    await clock.settled()
    await session.removeTask('a')
    expect(all).toEqual(['idle', 'running', 'failed', 'running', 'failed', 'over'])
    expect(heard(task.state$)).toEqual([])
  })
})

describe('task.holds$', () => {
  test('emits whether the start condition holds, while the session evaluates it', async () => {
    const { session, app, clock } = setUp()
    const task = app.task('a', 'time of day between 13:00 and 14:00', (_, run) => lasting(clock)(_, run))
    const all = heard(task.holds$)
    expect(all).toEqual([false])
    await app.start()
    await clock.advance('3 hours')
    expect(all).toEqual([false, true, false])
    task.update({ start: true })
    expect(all).toEqual([false, true, false, true])
    session.shutDown()
    await clock.settled()
    expect(all.at(-1)).toBe(false)
  })

  test('completes when the task is removed', async () => {
    const { session, app } = setUp()
    const task = app.task('a', never, () => {})
    await app.start()
    const all: unknown[] = []
    task.holds$.subscribe({ next: (holds) => void all.push(holds), complete: () => void all.push('over') })
    await session.removeTask('a')
    expect(all).toEqual([false, 'over'])
  })
})

describe('events$', () => {
  test('can be composed like any Observable, shared or not', async () => {
    const { session, app, clock } = setUp()
    app.task('a', false, () => 'done')
    await app.start()
    const shared = session.events$.pipe(
      filter((news) => news.type === 'run.ended'),
      share(),
    )
    const counts = heard(shared.pipe(scan((n) => n + 1, 0)))
    const values = heard(shared.pipe(map(({ value }) => value)))
    const first = firstValueFrom(session.events$.pipe(concatMap((news) => of(news.type))))
    session.task('a').run()
    session.task('a').run()
    await clock.settled()
    expect({ counts, values }).toEqual({ counts: [1, 2], values: ['done', 'done'] })
    expect(await first).toBe('run.queued')
  })

  test('pipe() without operators returns the same stream', () => {
    const { session } = setUp()
    expect(session.events$.pipe()).toBe(session.events$)
  })

  test('take() unsubscribes from the session', async () => {
    const { session, app, clock } = setUp()
    app.task('a', false, () => {})
    await app.start()
    let completed = 0
    session.events$.pipe(take(1)).subscribe({ complete: () => void completed++ })
    session.task('a').run()
    session.task('a').run()
    await clock.settled()
    expect(completed).toBe(1)
  })
})

describe('a subscriber that throws is reported and does not affect others:', () => {
  const streams = {
    events$: ({ session }: ReturnType<typeof setUp>) => session.events$ as Observable<unknown>,
    watch: ({ session }: ReturnType<typeof setUp>) =>
      session.watch("param 'n' exists") as Observable<unknown>,
    state$: ({ session }: ReturnType<typeof setUp>) => session.task('a').state$ as Observable<unknown>,
    holds$: ({ session }: ReturnType<typeof setUp>) => session.task('b').holds$ as Observable<unknown>,
  }

  test.each(Object.entries(streams))('%s', async (_, streamOf) => {
    const desk = setUp()
    const { session, app, clock, news } = desk
    app.task('a', false, () => {})
    app.task('b', "param 'n' exists", () => {})
    await app.start()
    const stream = streamOf(desk)
    const before = heard(stream)
    stream.subscribe(bad)
    stream.subscribe({ next: bad })
    stream.pipe(map(bad)).subscribe()
    stream.pipe(map((value) => value)).subscribe({ next: bad, error: bad })
    stream
      .pipe(
        share(),
        map((value) => value),
        share(),
      )
      .subscribe(bad)
    stream
      .pipe(map((value) => value))
      .pipe(filter(() => true))
      .subscribe(bad)
    stream.pipe(map(bad)).subscribe({ error: bad })
    const after = heard(stream)
    session.params.set('n', 1)
    const outcome = session.task('a').run()
    await clock.settled()
    expect((await outcome).action).toBe('success')
    expect(before.length).toBeGreaterThan(0)
    // Compared as sets: warnings about other subscribers come in between, at different positions.
    expect(new Set(after)).toEqual(new Set(before))
    expect(warningsIn(news).filter((kind) => kind === 'listener').length).toBeGreaterThanOrEqual(7)
    expect(session.state).toBe('running')
  })
})
