/**
 * Starts a child behind a gate: a shell that waits for a line and then becomes the program, with the same id.
 * The gate opens when the guard knows the child. If this process dies before that, the line never comes and
 * the program never begins.
 */
import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { canGuard, shell } from './orphan-guard.ts'

/** The search path for programs when PATH is not set. */
const defaultPath = '/usr/bin:/bin'
/** A shell passes on only variables of such names. */
const shellName = /^[A-Za-z_]\w*$/

/** A child, and how its program is let begin. */
export interface GatedChild {
  readonly child: ChildProcess
  /** Lets the program begin; null where there is no gate, and it has begun by now. */
  readonly open: (() => void) | null
}

/** What is said of a child that is to be started. Its words are the program and its arguments. */
export interface ChildOptions extends Omit<SpawnOptions, 'stdio' | 'detached' | 'shell' | 'env'> {
  readonly env: NodeJS.ProcessEnv
  readonly stdio: Exclude<StdioOptions, string>
}

/** Starts it behind a gate, as the leader of a process group. */
export function spawnGated(words: readonly string[], options: ChildOptions): GatedChild {
  const file = canGuard() ? findProgram(words[0]!, options) : null
  // What is not there begins nothing; the system says best what is wrong.
  if (file === null) return { child: spawnLeader(words, options), open: null }
  const gate = options.stdio.length
  const script = `read -r go <&${gate} || exit; exec "$@" ${gate}<&-`
  const child = spawnLeader(
    [shell, '-c', script, shell, ...throughEnv(options.env), file, ...words.slice(1)],
    { ...options, stdio: [...options.stdio, 'pipe'] },
  )
  const pipe = child.stdio[gate] as Duplex | null | undefined
  // Closed by the program's start or the child's death; read to that end, or the child would never count as closed.
  pipe?.on('error', () => {}).resume()
  return { child, open: () => void pipe?.end('\n') }
}

/** Starts it without a gate. */
export function spawnLeader(words: readonly string[], options: ChildOptions): ChildProcess {
  return spawn(words[0]!, words.slice(1), { ...options, detached: true })
}

/** The program as it is to be called; null if there is none of that name that may be executed. */
function findProgram(file: string, { env, cwd }: ChildOptions): string | null {
  const folder = cwd === undefined ? process.cwd() : String(cwd)
  if (file.includes('/')) return isProgram(resolve(folder, file)) ? file : null
  for (const place of (env.PATH ?? defaultPath).split(delimiter)) {
    const path = resolve(folder, place, file)
    // A name like an option would be one to the shell.
    if (isProgram(path)) return file.startsWith('-') ? path : file
  }
  return null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Variables that the shell would drop for their names are given by `env`. */
function throughEnv(env: NodeJS.ProcessEnv): string[] {
  const others = Object.entries(env).filter(([name, value]) => value !== undefined && !shellName.test(name))
  return others.length === 0 ? [] : ['/usr/bin/env', ...others.map(([name, value]) => `${name}=${value}`)]
}
