// Check of both packages as a registry would receive them. Warnings count as errors.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

// The declarations for `require` are CommonJS on purpose, although the module is an ES module in both conditions: otherwise
// `module: node16` rejects an import from a CommonJS file. The rule protects default imports, and there is no default export.
const isIntended = ({ code, path }) => code === 'EXPORTS_TYPES_INVALID_FORMAT' && path.at(-1) === 'require'

let isClean = true
for (const pkgDir of ['.', join('packages', 'xstate-inspect')]) {
  const pkg = JSON.parse(readFileSync(join(pkgDir, 'package.json'), 'utf8'))
  const { messages } = await publint({ pkgDir, strict: true })
  const problems = messages.filter((message) => !isIntended(message))
  console.log(`${pkg.name}: ${problems.length === 0 ? 'no problems' : `${problems.length} problems`}`)
  for (const problem of problems) console.error(`  ${formatMessage(problem, pkg)}`)
  isClean &&= problems.length === 0
}
process.exitCode = isClean ? 0 : 1
