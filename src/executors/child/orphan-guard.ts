/**
 * Guards that kill child processes when this process ends, in any way. A process that is killed cannot end its children, and a
 * child in a loop does not notice that its parent is gone. So one-line shells wait at pipes: when the pipe of a guard closes,
 * by request or because this process died, the guard kills the process groups last written to it.
 *
 * There are two guards with separate pipes: one that is killed is replaced at once, and if this process is killed before that,
 * the other guard remains.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { within } from '../host-clock.ts'

/** The shell of guards and gates. */
export const shell = '/bin/sh'

/**
 * The guard's script. It ignores signals that a terminal or a service manager sends to the whole process group: a guard ends
 * when its pipe closes.
 */
const script =
  "trap '' HUP INT TERM; groups=; while read -r line; do groups=$line; done; " +
  'for group in $groups; do kill -s KILL -- "-$group"; done'

/** The time to wait for a guard to exit, ms. It exits as soon as its pipe closes, and nothing depends on it. */
const goneMs = 1000
/** The maximum number of replacements of a guard that dies during a write. */
const attempts = 3

const groups = new Set<number>()
/** The two guards; null where none is running. */
const guards: (ChildProcess | null)[] = [null, null]

/** Returns whether children can be guarded: Windows has no process groups, and some containers have no shell. */
export function canGuard(): boolean {
  return process.platform !== 'win32' && existsSync(shell)
}

/**
 * Registers a process group to be killed if this process ends before it. Resolves when a guard has it; rejects when no guard
 * can be reached.
 */
export async function guardGroup(group: number): Promise<void> {
  groups.add(group)
  const written = await Promise.all(guards.map((_, place) => update(place)))
  if (!written.includes(true))
    throw new Error('Cannot guard a child process as its guard needs a shell, which could not be started.')
}

/** Removes a process group that has ended. */
export function releaseGroup(group: number): void {
  if (groups.delete(group)) for (const place of guards.keys()) void update(place)
}

/** Ends the guards if there is nothing to guard; resolves when they have exited. */
export async function restGuard(): Promise<void> {
  if (groups.size > 0) return
  const leaving = guards.filter((guard) => guard !== null)
  guards.fill(null)
  const gone = leaving.map((guard) => {
    guard.ref()
    guard.stdin?.end()
    return once(guard, 'exit')
  })
  await within(goneMs, Promise.all(gone))
}

/** Writes the live groups to a guard. Resolves to true once the text is in its pipe. */
async function update(place: number): Promise<boolean> {
  for (let n = 0; n < attempts; n++) {
    const guard = guards[place] ?? startGuard(place)
    if (guard === null) return false
    if (await write(guard.stdin!, `${[...groups].join(' ')}\n`)) return true
    if (guards[place] === guard) guards[place] = null
  }
  return false
}

function write(pipe: Writable, line: string): Promise<boolean> {
  return new Promise((resolve) => pipe.write(line, (problem) => resolve(problem == null)))
}

function startGuard(place: number): ChildProcess | null {
  let made: ChildProcess
  try {
    made = spawn(shell, ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  } catch {
    return null
  }
  guards[place] = made
  made.on('error', () => {})
  made.stdin?.on('error', () => {})
  made.on('exit', () => {
    if (guards[place] !== made) return
    guards[place] = null
    if (groups.size > 0) void update(place)
  })
  made.unref()
  if (made.stdin !== null) unref(made.stdin)
  return made
}

/** Unreferences a stream: a pipe to a child is a socket, which would keep the process alive. */
function unref(stream: Writable): void {
  ;(stream as Writable & { unref?(): void }).unref?.()
}
