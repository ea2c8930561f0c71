import { type ActorRefFrom, createActor, type InspectionEvent, type Observer } from 'xstate'
import { sessionMachine, taskMachine } from '../../../machines/index.ts'

/** A task whose runs a test ends. */
export type TaskActor = ActorRefFrom<typeof taskMachine>

const task = taskMachine.provide({
  actions: {
    queueRun: ({ self }) =>
      (self as TaskActor).send({
        type: 'run.ordered',
        ...{ runId: 'run-1', trigger: 'manual', at: 0, relaunchAt: 0, dueAt: null, period: null },
      }),
  },
})

/** A session's actors without a session: the machines, with effects that launch at once and end on request. */
export function createFleet(names: readonly string[], inspect?: Observer<InspectionEvent>) {
  const session = createActor(sessionMachine, {
    id: 'session',
    input: { name: 'session' },
    ...(inspect && { inspect }),
  })
  session.start()
  const tasks = new Map<string, TaskActor>()
  function add(name: string): TaskActor {
    const actor = createActor(task, { id: name, parent: session, input: { id: name, name } })
    tasks.set(name, actor)
    actor.start()
    return actor
  }
  for (const name of names) add(name)
  return {
    session,
    add,
    task: (name: string): TaskActor => tasks.get(name)!,
    run: (name: string) => tasks.get(name)!.send({ type: 'task.run' }),
    end: (name: string, outcome: 'success' | 'fail') =>
      tasks.get(name)!.send({ type: 'run.ended', runId: 'run-1', outcome, relaunchAt: 0 }),
  }
}

/** The top level of a state value: `running` of `{ running: 'resting' }`. */
export const topOf = (value: string | object): string =>
  typeof value === 'string' ? value : Object.keys(value)[0]!
