/** A child process and its descendants: one process group, which is ended as a whole. */
import { type ChildProcess, spawn } from 'node:child_process'
import { callAfterLived } from '../../clock/lived-time.ts'
import { realClock } from '../host-clock.ts'
import { guardGroup, releaseGroup } from './orphan-guard.ts'
import { type ChildOptions, spawnGated, spawnLeader } from './spawn-gate.ts'

/** The time between SIGTERM and SIGKILL, ms. */
export const killAfterMs = 500

/** The end of a child process. */
export interface Exit {
  readonly exitCode: number | null
  readonly exitSignal: string | null
  /** The reason why it could not be started. */
  readonly error?: Error
}

/** A child process that is the leader of its group. */
export class ProcessGroup {
  readonly child: ChildProcess
  /** Resolves when the child has exited and the rest of its group was killed. Never rejects. */
  readonly exited: Promise<Exit>
  #isGone = false

  /** Starts the child. With `isFree`, its descendants may remain and outlive this process. */
  constructor(words: readonly string[], options: ChildOptions, isFree = false) {
    const { child, open } = isFree
      ? { child: spawnLeader(words, options), open: null }
      : spawnGated(words, options)
    this.child = child
    const { pid } = child
    const isGuarded = pid !== undefined && !isFree && process.platform !== 'win32'
    this.exited = new Promise((resolve) => {
      const gone = (exit: Exit): void => {
        if (this.#isGone) return
        this.#isGone = true
        if (pid !== undefined && !isFree) signalGroup(pid, 'SIGKILL')
        if (isGuarded) releaseGroup(pid)
        resolve(exit)
      }
      child.on('exit', (exitCode, exitSignal) => gone({ exitCode, exitSignal }))
      child.on('error', (error) => {
        // Also called for a signal or a message that could not be sent: only without a process is it the end.
        if (child.pid === undefined) gone({ exitCode: null, exitSignal: null, error })
      })
      if (isGuarded && open !== null)
        guardGroup(pid).then(open, (error: Error) => gone({ exitCode: null, exitSignal: null, error }))
    })
  }

  /** Sends a signal to the whole group. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.child
    if (!this.#isGone && pid !== undefined) signalGroup(pid, signal)
  }

  /** Ends the group: SIGTERM, then SIGKILL for processes that remain half a second later. */
  async end(): Promise<void> {
    this.signal('SIGTERM')
    await this.killUnlessGone()
  }

  /** Resolves when the group has ended; kills it after `ms`. */
  async killUnlessGone(ms: number = killAfterMs): Promise<void> {
    const undo = callAfterLived(realClock, ms, () => this.signal('SIGKILL'))
    await this.exited
    undo()
  }
}

function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (process.platform === 'win32')
      spawn('taskkill', ['/pid', String(leader), '/T', '/F'], { stdio: 'ignore' })
    else process.kill(-leader, signal)
  } catch {
    // The group is empty.
  }
}
