/** The root actor of a workflow: a child of the run's actor, with the actor system of its workflow. */
import { Actor, type AnyActorLogic, type AnyActorRef, type EventObject, type Snapshot } from 'xstate'
import { showValue } from '../errors/show-value.ts'
import type { AnyActorSystem, WorkflowSystem } from './workflow-system.ts'

/** XState's values of `_processingStatus`. */
const stopped = 2

interface Internals {
  readonly _processingStatus: number
  _stop(): void
}

export interface WorkflowActorGiven {
  readonly parent: AnyActorRef
  readonly id: string
  readonly input?: unknown
  readonly snapshot?: Snapshot<unknown>
  /** Creates the system of the workflow inside that of its parent. */
  readonly systemIn: (base: AnyActorSystem) => WorkflowSystem
}

/** The creation in progress: XState's constructor sets the system before a subclass can. */
let creating: WorkflowActorGiven['systemIn'] | undefined

export class WorkflowActor extends Actor<AnyActorLogic> {
  /** The number of events in process. */
  #depth = 0

  static create(logic: AnyActorLogic, { systemIn, ...options }: WorkflowActorGiven): WorkflowActor {
    creating = systemIn
    try {
      return new WorkflowActor(logic, options as never)
    } finally {
      creating = undefined
    }
  }

  /** True while the actor processes an event. */
  get isWithinStep(): boolean {
    return this.#depth > 0
  }

  /** Sends an event, as an implementation of the machine may do. Throws a `TypeError` for what breaks an actor. */
  override send(event: EventObject): void {
    super.send(asEvent(event))
  }

  /** Always throws: a workflow ends with its run. */
  override stop(): never {
    throw new Error(
      'Cannot stop the actor of a workflow as only its run ends it. Terminate the run: task.terminate(runId).',
    )
  }

  /** Ends the actor and its children. */
  end(): void {
    ;(this as unknown as Internals)._stop()
  }

  // Members that XState's types make private or constant: the processing of an event, and the system, which the constructor sets.
  static {
    const { _process } = Actor.prototype as unknown as { _process(event: EventObject): void }
    const systems = new WeakMap<object, WorkflowSystem>()
    Object.defineProperties(WorkflowActor.prototype, {
      _process: {
        value(this: WorkflowActor, event: EventObject): void {
          this.#depth += 1
          try {
            _process.call(this, event)
          } finally {
            this.#depth -= 1
          }
        },
      },
      system: {
        get(this: WorkflowActor) {
          return systems.get(this)
        },
        set(this: WorkflowActor, base: AnyActorSystem | undefined) {
          if (base !== undefined) systems.set(this, creating!(base))
        },
      },
    })
  }
}

/** Starts an actor unless it was stopped before its start. */
export function startUnlessStopped(actor: AnyActorRef, start: () => void): void {
  if ((actor as unknown as Internals)._processingStatus !== stopped) start()
}

/** The event, if it is one that may be sent to a workflow. */
export function asEvent(event: unknown): EventObject {
  const type = (event as { readonly type?: unknown } | null | undefined)?.type
  if (typeof event !== 'object' || typeof type !== 'string')
    throw new TypeError(
      `Cannot send that to a workflow as an event must be an object with a type: ${showValue(event)}`,
    )
  if (type.startsWith('xstate.'))
    throw new TypeError(`Cannot send '${type}' to a workflow as events of XState itself are not accepted.`)
  return event as EventObject
}
