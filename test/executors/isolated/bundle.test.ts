/** The package in a bundle, as esbuild makes it without further options: the parts that work there, and the errors of the rest. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { buildSync } from 'esbuild'

const folder = mkdtempSync(join(tmpdir(), 'gantry-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('async work and commands run; threads and processes report that the package must be external', () => {
  const outfile = join(folder, 'bundle.mjs')
  buildSync({
    entryPoints: ['test/support/executors/hosts/bundled.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The built files: `sideEffects` of package.json lists them, and a bundler leaves out other files.
    alias: { gantry: './dist/src/index.js' },
  })
  const lines = execFileSync(process.execPath, [outfile], { encoding: 'utf8' }).trimEnd().split('\n')
  expect(lines).toEqual([
    'async success undefined undefined',
    'command success undefined undefined',
    expect.stringMatching(/^thread fail GANTRY_SETUP .*esbuild --packages=external/),
    expect.stringMatching(/^process fail GANTRY_SETUP .*esbuild --packages=external/),
  ])
})
