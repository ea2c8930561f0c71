/** The process that is killed, seen from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../src/clock/clock.ts'
import { findMarked, type Marked, markName } from '../support/marked.ts'
import type { Announced } from './audit.ts'

const clock = createSystemClock()
/** What a process has started is gone so soon after it. */
const goneMs = 5_000

const program = fileURLToPath(new URL('./app.js', import.meta.url))

/** What a process told until it ended. */
export interface Told {
  readonly announced: readonly Announced[]
  /** Whether its tasks could launch. */
  readonly isReady: boolean
  /** Null if it was killed. */
  readonly code: number | null
  /** What it had started and what lived on after it. */
  readonly orphans: readonly Marked[]
}

/** A process under way. */
export interface Child {
  readonly process: ChildProcess
  /** Resolves when its tasks may launch, or when it has ended. */
  readonly ready: Promise<void>
  readonly ended: Promise<Told>
}

/** Starts it. */
export function startChild(args: readonly string[]): Child {
  const mark = randomUUID()
  const made = spawn(process.execPath, ['--no-warnings', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [markName]: mark },
  })
  let text = ''
  let isReady = false
  let tellReady = (): void => {}
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve
  })
  made.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (isReady || !text.includes('"ready"')) return
    isReady = true
    tellReady()
  })
  const ended = new Promise<Told>((resolve) => {
    // Not the end of its output, which an orphan may hold.
    made.once('exit', async (code) => {
      tellReady()
      const orphans = await orphansOf(mark)
      if (!made.stdout.readableEnded && orphans.length === 0) await once(made.stdout, 'end')
      // The last line may be cut short by the kill: it was not told.
      const lines = text.split('\n').slice(0, -1)
      const told = lines.map((line) => JSON.parse(line) as Announced | { ready: number })
      resolve({ announced: told.filter((line) => 'runId' in line), isReady, code, orphans })
    })
  })
  return { process: made, ready, ended }
}

/** What still lives of what carries the mark, when it has had time to go. It is killed: it must not disturb what follows. */
async function orphansOf(mark: string): Promise<readonly Marked[]> {
  const until = clock.monotonic() + goneMs
  while (findMarked(mark).length > 0 && clock.monotonic() < until) await clock.sleep(5)
  const orphans = findMarked(mark)
  for (const { pid } of orphans) process.kill(pid, 'SIGKILL')
  return orphans
}
