/**
 * Ensures that no child process outlives this process, however this process ends. A process that is killed
 * outright can't end its children, and a child in a loop does not notice that its parent is gone. So one-line
 * shells wait at pipes: when the pipe of a guard closes, by our end or by our death, the guard kills the
 * process groups that were last written to it.
 *
 * There are two guards, each with a pipe of its own: one that is killed is replaced at once, and if we are killed before that,
 * the other one is there.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { within } from '../host-clock.ts'

/** The shell of guards and gates. */
export const shell = '/bin/sh'

/**
 * Signals that the terminal or a service manager sends to the whole group are not for a guard: it ends when
 * its pipe closes.
 */
const script =
  "trap '' HUP INT TERM; groups=; while read -r line; do groups=$line; done; " +
  'for group in $groups; do kill -s KILL -- "-$group"; done'

/** It goes as soon as its pipe closes; nothing depends on it, so nobody waits long. */
const goneMs = 1000
/** The number of times that a guard which dies during a write is replaced before its place is given up. */
const attempts = 3

const groups = new Set<number>()
/** The guards by their places; null where there is none. */
const guards: (ChildProcess | null)[] = [null, null]

/** Can children be guarded here? Windows has no process groups, and some containers have no shell. */
export function canGuard(): boolean {
  return process.platform !== 'win32' && existsSync(shell)
}

/**
 * Registers a process group to be killed if this process ends before it. Resolves when a guard knows it;
 * rejects when no guard can be reached.
 */
export async function guardGroup(group: number): Promise<void> {
  groups.add(group)
  const told = await Promise.all(guards.map((_, place) => tell(place)))
  if (!told.includes(true))
    throw new Error('Cannot guard a child process as a shell to guard it could not be started.')
}

/** The group is gone. */
export function releaseGroup(group: number): void {
  if (groups.delete(group)) for (const place of guards.keys()) void tell(place)
}

/** Lets the guards go when there is nothing to guard; resolves when they are gone. */
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

/** Tells the guard of a place which groups live; resolves to whether it has that in its pipe. */
async function tell(place: number): Promise<boolean> {
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
    if (groups.size > 0) void tell(place)
  })
  made.unref()
  if (made.stdin !== null) unref(made.stdin)
  return made
}

/** A pipe to a child is a socket: it must not keep the process up by itself. */
function unref(stream: Writable): void {
  ;(stream as Writable & { unref?(): void }).unref?.()
}
