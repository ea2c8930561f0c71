/** The process that is killed, seen from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Announced } from './audit.ts'

const program = fileURLToPath(new URL('./app.js', import.meta.url))

/** What a process told until it ended. */
export interface Told {
  readonly announced: readonly Announced[]
  /** Whether its tasks could launch. */
  readonly isReady: boolean
  /** Null if it was killed. */
  readonly code: number | null
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
  const made = spawn(process.execPath, ['--no-warnings', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
    made.once('close', (code) => {
      tellReady()
      // The last line may be cut short by the kill: it was not told.
      const lines = text.split('\n').slice(0, -1)
      const told = lines.map((line) => JSON.parse(line) as Announced | { ready: number })
      resolve({ announced: told.filter((line) => 'runId' in line), isReady, code })
    })
  })
  return { process: made, ready, ended }
}
