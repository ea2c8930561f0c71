/**
 * Start of a child behind a gate: a shell that waits for a line and then becomes the program, with the same process id. The gate
 * opens when the guard has the child. If this process dies before that, the line never arrives and the program never starts.
 */
import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { canGuard, shell } from './orphan-guard.ts'

/** The search path for programs when PATH is not set. */
const defaultPath = '/usr/bin:/bin'
/** Names of the variables that a shell passes on. */
const shellName = /^[A-Za-z_]\w*$/

/** A child process and its gate. */
export interface GatedChild {
  readonly child: ChildProcess
  /** Starts the program; null without a gate: the program has started already. */
  readonly open: (() => void) | null
}

/** The options of a child to start. Its words are the program and its arguments. */
export interface ChildOptions extends Omit<SpawnOptions, 'stdio' | 'detached' | 'shell' | 'env'> {
  readonly env: NodeJS.ProcessEnv
  readonly stdio: Exclude<StdioOptions, string>
}

/** Starts the child behind a gate, as the leader of a process group. */
export function spawnGated(words: readonly string[], options: ChildOptions): GatedChild {
  const file = canGuard() ? findProgram(words[0]!, options) : null
  // A missing program starts nothing: the error of the system explains it best.
  if (file === null) return { child: spawnLeader(words, options), open: null }
  const gate = options.stdio.length
  const script = `read -r go <&${gate} || exit; exec "$@" ${gate}<&-`
  const child = spawnLeader(
    [shell, '-c', script, shell, ...throughEnv(options.env), file, ...words.slice(1)],
    { ...options, stdio: [...options.stdio, 'pipe'] },
  )
  const pipe = child.stdio[gate] as Duplex | null | undefined
  // Closed when the program starts or the child dies. It must be read to its end: otherwise the child never counts as closed.
  pipe?.on('error', () => {}).resume()
  return { child, open: () => void pipe?.end('\n') }
}

/** Starts the child without a gate. */
export function spawnLeader(words: readonly string[], options: ChildOptions): ChildProcess {
  return spawn(words[0]!, words.slice(1), { ...options, detached: true })
}

/** The path or name by which to call the program; null if there is no executable of that name. */
function findProgram(file: string, { env, cwd }: ChildOptions): string | null {
  const folder = cwd === undefined ? process.cwd() : String(cwd)
  if (file.includes('/')) return isProgram(resolve(folder, file)) ? file : null
  for (const place of (env.PATH ?? defaultPath).split(delimiter)) {
    const path = resolve(folder, place, file)
    // The shell would take a name with a leading `-` for an option.
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

/** Passes variables by `env` whose names the shell would drop. */
function throughEnv(env: NodeJS.ProcessEnv): string[] {
  const others = Object.entries(env).filter(([name, value]) => value !== undefined && !shellName.test(name))
  return others.length === 0 ? [] : ['/usr/bin/env', ...others.map(([name, value]) => `${name}=${value}`)]
}
