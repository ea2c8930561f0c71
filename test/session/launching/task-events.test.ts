/** The events by which a task launches: nothing launches without them, and only a change of a fact causes one. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { afterSuccess, paramExists, paramIs } from 'gantry'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import { type Desk, gate, lasting, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

interface Seen {
  readonly type: string
}

/** A session whose events to the actors of tasks are recorded, by task. */
function watched(): Desk & { readonly eventsTo: (task: string) => string[]; readonly seen: () => Seen[] } {
  const events: (readonly [AnyActorRef, Seen])[] = []
  const desk = setUp({
    relaunchDelay: '1 second',
    inspect: ({ type, actorRef, ...rest }: InspectionEvent) => {
      if (type === '@xstate.event')
        events.push([actorRef as AnyActorRef, (rest as never as { event: Seen }).event])
    },
  })
  const to = (task: string): Seen[] =>
    events.filter(([{ id }]) => id.replace(/#\d+$/, '') === task).map(([, event]) => event)
  return {
    ...desk,
    eventsTo: (task) => to(task).flatMap(({ type }) => (type.startsWith('xstate.') ? [] : [type])),
    seen: () => events.map(([, event]) => event),
  }
}

/** Makes the actors of all tasks ignore a type of event. */
function swallow({ session }: Desk, type: string): void {
  const { logic } = session.tasks()[0]!.actor as AnyActorRef & { readonly logic?: unknown }
  const machine = logic as { transition(snapshot: unknown, event: Seen, scope: unknown): unknown }
  const { transition } = machine
  machine.transition = function (snapshot, event, scope) {
    return event.type === type ? snapshot : transition.call(this, snapshot, event, scope)
  }
}

describe('a run launches only if the actor of its task accepts the event', () => {
  test.each([
    ['condition.changed', ['manual']],
    ['capacity.freed', []],
    ['run.requested', ['by condition']],
    ['run.ended', ['by condition']],
  ])('without %s', async (type, launched) => {
    const desk = watched()
    const { app, session, clock, news } = desk
    app.task('by condition', 'every 1 minute', () => {})
    app.task('manual', false, () => {})
    swallow(desk, type)
    await app.start()
    session
      .task('manual')
      .run()
      .catch(() => {})
    await clock.advance('5 minutes')
    const started = runsIn(news).filter((each) => each.endsWith('started'))
    // With `run.ended` swallowed, each task launches once and stays `running`.
    if (type === 'run.ended') {
      expect(started.sort()).toEqual(['by condition started', 'manual started'])
      expect(session.task('manual').state).toBe('running')
    } else expect([...new Set(started)]).toEqual(launched.map((task) => `${task} started`))
  })

  test('without run.ordered, a start-up task', async () => {
    const desk = watched()
    const { app, news } = desk
    app.task('opens', false, { onStartup: true }, () => {})
    swallow(desk, 'run.ordered')
    await app.start()
    expect(runsIn(news)).toEqual([])
  })
})

describe('events to the actor of a task', () => {
  test('a daily run is four events, and the days before and after it none', async () => {
    const { app, clock, eventsTo } = watched()
    app.task('report', 'daily at 07:00', () => {})
    await app.start()
    await clock.advance('12 hours')
    expect(eventsTo('report')).toEqual([])
    await clock.advance('12 hours')
    const day = ['condition.changed', 'capacity.freed', 'condition.changed', 'run.ended']
    expect(eventsTo('report')).toEqual(day)
    await clock.advance('1 day')
    expect(eventsTo('report')).toEqual([...day, ...day])
  })

  test('a condition that is evaluated again with the same result causes none', async () => {
    const { app, session, clock, eventsTo } = watched()
    app.task('a', paramIs('n', 101), () => {})
    app.task('b', afterSuccess('other'), () => {})
    app.task('other', false, () => {
      throw new Error('no')
    })
    await app.start()
    for (let n = 0; n < 50; n++) session.params.set('n', n)
    for (let n = 0; n < 5; n++) session.task('other').run()
    await clock.advance('1 minute')
    expect(eventsTo('a')).toEqual([])
    expect(eventsTo('b')).toEqual([])
    session.params.set('n', 101)
    session.params.unset('n')
    expect(eventsTo('a')).toEqual(['condition.changed', 'condition.changed'])
  })

  test('a dependency that changes often while a run is live is one event', async () => {
    const { app, session, clock, eventsTo } = watched()
    const { promise, open } = gate()
    session.params.set('n', 0)
    app.task('a', paramExists('n'), () => promise)
    await app.start()
    await clock.settled()
    expect(eventsTo('a')).toEqual(['condition.changed', 'capacity.freed'])
    for (let n = 0; n < 50; n++) session.params.set('n', n)
    expect(eventsTo('a').slice(2)).toEqual(['dependency.changed'])
    open()
    await clock.settled()
    // The relaunch delay does not apply after a change from outside.
    expect(eventsTo('a').slice(3, 5)).toEqual(['run.ended', 'capacity.freed'])
  })

  test('a condition that still holds after a run waits for the relaunch delay', async () => {
    const { app, session, clock, eventsTo } = watched()
    app.task('always', true, () => {})
    await app.start()
    await clock.settled()
    const { actor } = session.task('always')
    expect(eventsTo('always')).toEqual(['condition.changed', 'capacity.freed', 'run.ended'])
    expect(actor.getSnapshot().value).toEqual({ idle: 'backingOff' })
    await clock.advance('1 second')
    expect(eventsTo('always').slice(3)).toEqual(['delay.passed', 'capacity.freed', 'run.ended'])
  })

  test('is JSON', async () => {
    const { app, session, clock, seen } = watched()
    app.task('a', 'every 1 minute', { concurrency: 2 }, lasting(clock, 90_000))
    app.task('b', afterSuccess('a'), { onStartup: true }, () => {})
    await app.start()
    session.task('a').run({ day: '2026-11-24' })
    await clock.advance('10 minutes')
    session.task('a').update({ disabled: true })
    const plain = seen().filter(({ type }) =>
      /^(condition|capacity|dependency|delay|facts|task|run)\./.test(type),
    )
    expect(new Set(plain.map(({ type }) => type)).size).toBeGreaterThan(6)
    for (const event of plain.filter(({ type }) => type !== 'run.settled'))
      expect(JSON.parse(JSON.stringify(event))).toEqual(event)
  })
})
