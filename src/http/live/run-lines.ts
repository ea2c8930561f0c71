/** In-memory buffer of recent log lines of runs, limited in size. */
import type { News, Session } from '../../app/index.ts'

/** A line of a run's log. */
export interface RunLine {
  /** Epoch ms. */
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

/** The lines of one run; `dropped` is the number of older lines that are no longer kept. */
export interface LinesOfRun {
  readonly lines: readonly RunLine[]
  readonly dropped: number
}

interface BufferedLines {
  lines: RunLine[]
  dropped: number
  /** Total number of characters. */
  size: number
}

/** Maximum number of characters kept per run. */
const maxSize = 262_144

/** The newest lines of the newest runs. */
export class RunLineBuffer {
  readonly #runs = new Map<string, BufferedLines>()
  readonly #limits: { readonly runLines: number; readonly runsWithLines: number }
  readonly #undo: () => void

  constructor(session: Session, limits: { readonly runLines: number; readonly runsWithLines: number }) {
    this.#limits = limits
    this.#undo = session.on('run.logged', (news) => this.#keep(news))
  }

  /** The lines of a run. @param task - Needed since different tasks may use the same run id. */
  of(task: string, runId: string): LinesOfRun {
    return this.#runs.get(keyOf(task, runId)) ?? { lines: [], dropped: 0 }
  }

  close(): void {
    this.#undo()
    this.#runs.clear()
  }

  #keep({ task, runId, at, level, message }: Extract<News, { type: 'run.logged' }>): void {
    const key = keyOf(task, runId)
    let kept = this.#runs.get(key)
    if (kept === undefined) {
      this.#runs.set(key, (kept = { lines: [], dropped: 0, size: 0 }))
      const { value: oldest } = this.#runs.keys().next()
      if (this.#runs.size > this.#limits.runsWithLines) this.#runs.delete(oldest!)
    }
    kept.lines.push({ at, level, message })
    kept.size += message.length
    while (kept.lines.length > this.#limits.runLines || kept.size > maxSize) cut(kept)
  }
}

function keyOf(task: string, runId: string): string {
  return JSON.stringify([task, runId])
}

/** Removes the oldest quarter at once, since shifting a long list at each line is slow. */
function cut(kept: BufferedLines): void {
  const gone = kept.lines.splice(0, Math.ceil(kept.lines.length / 4))
  kept.dropped += gone.length
  for (const { message } of gone) kept.size -= message.length
}
