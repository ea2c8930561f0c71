/** Benchmark of the type checker with an app of two hundred tasks, compared with one without tasks. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { generatedApp } from './generated-app.ts'
import { row } from './support.ts'

/** Prints the table. */
export function benchTypeCheck(): void {
  const empty = secondsOf(0)
  const full = secondsOf(200)
  console.log('\nType checking, in a new process:')
  row('  an app without tasks', `${empty.toFixed(2)} s`)
  row('  an app of 200 tasks', `${full.toFixed(2)} s`)
  row('  the tasks themselves', `${(full - empty).toFixed(2)} s`)
}

function secondsOf(tasks: number): number {
  // Within the package, so that its name resolves to its built types, as for users.
  const folder = join(process.cwd(), '.tmp', `types-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(join(folder, 'app.ts'), generatedApp(tasks, 'gantry'))
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      'node',
    ]
    const before = performance.now()
    const { status, stdout } = spawnSync(
      'npx',
      ['tsc', ...options, '--skipLibCheck', join(folder, 'app.ts')],
      {
        encoding: 'utf8',
      },
    )
    if (status !== 0) throw new Error(stdout)
    return (performance.now() - before) / 1000
  } finally {
    rmSync(folder, { recursive: true })
  }
}
