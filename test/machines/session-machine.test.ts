import { describe, expect, test } from '@jest/globals'
import { initialTransition, transition } from 'xstate'
import { type SessionEvent, sessionMachine } from '../../machines/session.machine.ts'

const e = (type: string, more: object = {}): SessionEvent => ({ type, ...more }) as SessionEvent
const start = initialTransition(sessionMachine, { name: 's' })[0]
const play = (...types: (string | SessionEvent)[]) =>
  types.reduce(
    (snapshot, type) => transition(sessionMachine, snapshot, typeof type === 'string' ? e(type) : type)[0],
    start,
  )

const up = ['session.start', 'session.ready']
const force = e('session.shutDown', { force: true })

const table: readonly [string, (string | SessionEvent)[], unknown][] = [
  ['starts', ['session.start'], 'starting'],
  ['is active when ready', up, { running: 'active' }],
  ['is held', [...up, 'session.hold'], { running: 'held' }],
  ['resumes', [...up, 'session.hold', 'session.resume'], { running: 'active' }],
  ['starts held', ['session.hold', ...up], { running: 'held' }],
  ['drains', [...up, 'session.shutDown'], { stopping: 'draining' }],
  ['drains when held', [...up, 'session.hold', 'session.shutDown'], { stopping: 'draining' }],
  [
    'is forced by a second call',
    [...up, 'session.shutDown', 'session.shutDown'],
    { stopping: 'terminating' },
  ],
  ['is forced at once', [...up, force], { stopping: 'terminating' }],
  ['stops', [...up, 'session.shutDown', 'session.drained'], 'stopped'],
  ['stops from terminating', [...up, force, 'session.drained'], 'stopped'],
  ['restarts', [...up, 'session.restart', 'session.drained'], 'starting'],
  [
    'a shut-down wins over a restart',
    [...up, 'session.restart', 'session.shutDown', 'session.drained'],
    'stopped',
  ],
  ['ends with a fatal error', [...up, e('session.failed', { error: 1 })], { stopping: 'terminating' }],
  [
    'a failed start stops',
    ['session.start', e('session.failed', { error: 1 }), 'session.drained'],
    'stopped',
  ],
  [
    'a restart while starting',
    ['session.start', 'session.restart', 'session.ready'],
    { stopping: 'draining' },
  ],
]

describe('sessionMachine', () => {
  test.each(table)('%s', (_, events, state) => {
    expect(play(...events).value).toEqual(state)
  })

  test.each([
    'task.run',
    'task.backfill',
    'task.terminate',
    'task.disable',
    'task.enable',
    'task.update',
    'task.remove',
  ])('passes %s on in every state', (type) => {
    for (const snapshot of [start, play('session.start'), play(...up), play(...up, 'session.shutDown')]) {
      const [next, actions] = transition(sessionMachine, snapshot, e(type, { task: 't' }))
      expect(next.value).toEqual(snapshot.value)
      expect(actions.map((action) => action.type)).toEqual(['forwardToTask'])
    }
  })

  test('makes a failed task actor anew in every state', () => {
    for (const snapshot of [start, play('session.start'), play(...up), play(...up, 'session.shutDown')]) {
      const [next, actions] = transition(sessionMachine, snapshot, e('actor.failed', { actorId: 't#0' }))
      expect(next.value).toEqual(snapshot.value)
      expect(actions.map((action) => action.type)).toEqual(['restartTaskActor'])
    }
  })
})
