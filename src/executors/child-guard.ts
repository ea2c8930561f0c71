/**
 * Sees to it that no child outlives this process, however it ends. A process that is killed outright can't end its children,
 * and a child in a loop does not notice that nobody listens any more; so a shell of one line waits at a pipe. When the
 * pipe closes, by our end or by our death, it kills the process groups that were last written to it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { within } from './real-clock.ts'

const script =
  'groups=; while read -r line; do groups=$line; done; for group in $groups; do kill -s KILL -- "-$group"; done'

/** It goes as soon as its pipe closes; nothing depends on it, so nobody waits long. */
const goneMs = 1000

const groups = new Set<number>()
let guard: ChildProcess | null = null

/** Has a process group killed should this process end before it. */
export function guardGroup(group: number): void {
  groups.add(group)
  tell()
}

/** The group is gone. */
export function releaseGroup(group: number): void {
  if (groups.delete(group)) tell()
}

/** Lets the guard go when there is nothing to guard; resolves when it is gone. */
export async function restGuard(): Promise<void> {
  if (groups.size > 0 || guard === null) return
  const leaving = guard
  guard = null
  leaving.ref()
  const gone = once(leaving, 'exit')
  leaving.stdin?.end()
  await within(goneMs, gone)
}

function tell(): void {
  // Without process groups (Windows) there is nothing that such a guard could do.
  if (process.platform === 'win32') return
  guard ??= startGuard()
  guard.stdin?.write(`${[...groups].join(' ')}\n`)
}

function startGuard(): ChildProcess {
  const made = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const lost = (): void => {
    if (guard === made) guard = null
  }
  made.on('error', lost).on('exit', lost)
  made.stdin.on('error', lost)
  made.unref()
  unref(made.stdin)
  return made
}

/** A pipe to a child is a socket: it must not keep the process up by itself. */
function unref(stream: Writable): void {
  ;(stream as Writable & { unref?(): void }).unref?.()
}
