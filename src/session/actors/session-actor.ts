/** The session's actor as the parts of the session use it. */
import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import type { sessionMachine } from '../../../machines/session.machine.ts'
import type { SessionState } from '../api/session-parts.ts'
import { tell } from './guarded-actor.ts'
import { toSessionState } from './state-name.ts'

export type SessionActorRef = ActorRefFrom<typeof sessionMachine>
type Snapshot = SnapshotFrom<typeof sessionMachine>

/** Reads the state of the session's actor, and sends it the session's own events. */
export class SessionActor {
  readonly #refOf: () => SessionActorRef
  /** Null until it is first used. */
  #ref: SessionActorRef | null = null

  /** @param refOf - The actor, which is created after the parts that it calls. */
  constructor(refOf: () => SessionActorRef) {
    this.#refOf = refOf
  }

  get ref(): SessionActorRef {
    return (this.#ref ??= this.#refOf())
  }

  get snapshot(): Snapshot {
    return this.ref.getSnapshot()
  }

  get state(): SessionState {
    return toSessionState(this.ref.getSnapshot().value)
  }

  /** True if tasks may launch now, by their condition or from their queue. */
  get isActive(): boolean {
    const { value } = this.ref.getSnapshot()
    return typeof value === 'object' && 'running' in value && value.running === 'active'
  }

  /** True if live runs are terminated rather than awaited. */
  get isTerminating(): boolean {
    return this.snapshot.context.terminateWanted
  }

  /** True during the last step of a stop, which releases resources and closes the store. */
  get isReleasing(): boolean {
    return this.snapshot.matches({ stopping: 'releasing' })
  }

  /** True if a run that is requested now waits for the next start. */
  get waitsForStart(): boolean {
    return this.state === 'stopped' || this.isReleasing
  }

  /** Sends an event as the session itself. */
  tell(event: Parameters<SessionActorRef['send']>[0]): void {
    tell(this.ref, event)
  }
}
