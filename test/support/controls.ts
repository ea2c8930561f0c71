/** Every command of the protocol but `task.create`: as an event, as a method, and what it does. */
import type { Command } from 'gantry'
import { type AnyActorRef, createMachine, type InspectionEvent } from 'xstate'
import { type Desk, lasting, setUp } from './session.ts'

/** Work that waits for an event. */
const approval = createMachine({
  initial: 'waiting',
  states: { waiting: { on: { approve: 'approved' } }, approved: { type: 'final' } },
})

/** Over the wire and back: an event from outside is plain JSON. */
export const wired = (command: Command): Command => JSON.parse(JSON.stringify(command))

export interface Control {
  readonly type: Command['type']
  readonly command: Command
  readonly method: (desk: Desk) => unknown
  /** The visible effect. */
  readonly effect: (desk: Desk) => unknown
  readonly expected: unknown
  /** A step before the command. */
  readonly before?: (desk: Desk) => unknown
}

export const controls: readonly Control[] = [
  {
    type: 'task.run',
    command: { type: 'task.run', task: 'quick', params: { n: 7 } },
    method: ({ session }) => session.task('quick').run({ n: 7 }),
    effect: ({ session }) => [session.task('quick').status, session.task('quick').lastValue],
    expected: ['success', 7],
  },
  {
    type: 'task.backfill',
    command: { type: 'task.backfill', task: 'quick', from: '2026-11-22', to: '2026-11-24T12:00' },
    method: ({ session }) => session.task('quick').backfill({ from: '2026-11-22', to: '2026-11-24T12:00' }),
    before: ({ session }) => session.task('quick').update({ start: 'daily at 03:00', disabled: true }),
    effect: ({ news }) => news.filter(({ type }) => type === 'run.ended').length,
    expected: 3,
  },
  {
    type: 'task.terminate',
    command: { type: 'task.terminate', task: 'slow' },
    method: ({ session }) => session.task('slow').terminate(),
    before: ({ session }) => session.task('slow').run(),
    effect: ({ session }) => [session.task('slow').status, session.runs()],
    expected: ['terminate', []],
  },
  {
    type: 'run.send',
    command: { type: 'run.send', task: 'order', event: { type: 'approve' } },
    method: ({ session }) => session.task('order').send({ type: 'approve' }),
    before: ({ app }) => app.task('order', false, approval).run(),
    effect: ({ session }) => session.task('order').status,
    expected: 'success',
  },
  {
    type: 'task.disable',
    command: { type: 'task.disable', task: 'quick' },
    method: ({ session }) => session.task('quick').disable(),
    effect: ({ session }) => session.task('quick').disabled,
    expected: true,
  },
  {
    type: 'task.enable',
    command: { type: 'task.enable', task: 'quick' },
    method: ({ session }) => session.task('quick').enable(),
    before: ({ session }) => session.task('quick').disable(),
    effect: ({ session }) => session.task('quick').disabled,
    expected: false,
  },
  {
    type: 'task.update',
    command: { type: 'task.update', task: 'quick', options: { start: 'every 1 hour', priority: 3 } },
    method: ({ session }) => session.task('quick').update({ start: 'every 1 hour', priority: 3 }),
    effect: ({ session }) => [session.task('quick').priority, session.task('quick').status],
    expected: [3, 'success'],
  },
  {
    type: 'task.remove',
    command: { type: 'task.remove', task: 'slow' },
    method: ({ session }) => session.removeTask('slow'),
    before: ({ session }) => session.task('slow').run(),
    effect: ({ session }) => [session.has('slow'), session.runs()],
    expected: [false, []],
  },
  {
    type: 'param.set',
    command: { type: 'param.set', name: 'stage', value: { name: 'dev' } },
    method: ({ session }) => session.params.set('stage', { name: 'dev' }),
    effect: ({ session }) => session.params.get('stage'),
    expected: { name: 'dev' },
  },
  {
    type: 'param.unset',
    command: { type: 'param.unset', name: 'stage' },
    method: ({ session }) => session.params.unset('stage'),
    before: ({ session }) => session.params.set('stage', 'dev'),
    effect: ({ session }) => session.params.has('stage'),
    expected: false,
  },
  {
    type: 'session.run',
    command: { type: 'session.run', tasks: ['quick', 'other'] },
    method: ({ session }) => session.run('quick', 'other'),
    effect: ({ session }) => session.tasks().map(({ status }) => status),
    expected: ['success', null, 'success'],
  },
  {
    type: 'session.update',
    command: { type: 'session.update', options: { relaunchDelay: '2 minutes' } },
    method: ({ session }) => session.update({ relaunchDelay: '2 minutes' }),
    effect: ({ session }) => session.options.relaunchDelay,
    expected: '2 minutes',
  },
  {
    type: 'session.shutDown',
    command: { type: 'session.shutDown', force: true },
    method: ({ session }) => session.shutDown({ force: true }),
    before: ({ session }) => session.task('slow').run(),
    effect: ({ session }) => [session.state, session.task('slow').status],
    expected: ['stopped', 'terminate'],
  },
  {
    type: 'session.restart',
    command: { type: 'session.restart' },
    method: ({ session }) => session.restart(),
    effect: ({ session, news }) => [
      session.state,
      news.filter(({ type }) => type === 'session.started').length,
    ],
    expected: ['running', 2],
  },
  {
    type: 'session.hold',
    command: { type: 'session.hold' },
    method: ({ session }) => session.hold(),
    effect: ({ session }) => session.state,
    expected: 'held',
  },
  {
    type: 'session.resume',
    command: { type: 'session.resume' },
    method: ({ session }) => session.resume(),
    before: ({ session }) => session.hold(),
    effect: ({ session }) => session.state,
    expected: 'running',
  },
]

/** A desk, and the commands that its actors receive, with the actor. */
export interface WatchedDesk extends Desk {
  readonly seen: SeenEvent[]
}

export interface SeenEvent {
  readonly actor: string
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string }
}

export async function startDesk(before: Control['before']): Promise<WatchedDesk> {
  const seen: SeenEvent[] = []
  const desk = setUp({
    inspect: (event: InspectionEvent) => {
      if (event.type === '@xstate.event')
        seen.push({ actor: (event.actorRef as AnyActorRef).id, event: event.event })
    },
  })
  desk.app.task('quick', false, ({ n }: Record<string, unknown>) => n)
  desk.app.task('slow', false, lasting(desk.clock))
  desk.app.task('other', false, () => {})
  await desk.app.start()
  before?.(desk)
  await desk.clock.settled()
  seen.length = 0
  return { ...desk, seen }
}

/** The events of one type that actors received, without what each request has for itself. */
export function commandsIn(seen: readonly SeenEvent[], type: string): unknown[] {
  return seen
    .filter(({ event }) => event.type === type)
    .map(({ actor, event: { request, runId, runIds, ...event } }) => ({
      actor,
      event,
      has: [request, runId, runIds].map((each) => typeof each),
    }))
}
