/** Processes with a mark in their environment: the remains of a killed program, regardless of their current parent. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** The name of the variable that carries a mark. */
export const markName = 'GANTRY_TEST_MARK'

/** A process. */
export interface Marked {
  readonly pid: number
  readonly command: string
}

/** All live processes with the mark. */
export function findMarked(mark: string): Marked[] {
  const entry = `${markName}=${mark}`
  if (!existsSync('/proc/self/environ'))
    return execFileSync('ps', ['-A', '-E', '-ww', '-o', 'pid=,command='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(entry) && !line.includes(' ps -A '))
      .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim() }))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => read(`/proc/${name}/environ`).split('\0').includes(entry))
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ') }))
}

/** Empty for a process that has ended meanwhile, and for a zombie. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
