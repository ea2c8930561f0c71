/** @jest-config-loader esbuild-register */
import { readFileSync } from 'node:fs'
import type { Config } from 'jest'

/** The suites that `npm test` leaves out: see scripts/test.mjs. */
const slow =
  process.env.GANTRY_TESTS === 'fast' ? Object.keys(JSON.parse(readFileSync('test/slow.json', 'utf8'))) : []

const config: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: {
    // One file instead of 200, which each suite would read and compile.
    '^rxjs$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js',
    '^gantry$': '<rootDir>/src/index.ts',
    '^gantry/(conditions|time|log)$': '<rootDir>/src/app/$1/index.ts',
    '^gantry/machines$': '<rootDir>/machines/index.ts',
    '^gantry/testing$': '<rootDir>/src/testing.ts',
    '^gantry-xstate-inspect$': '<rootDir>/packages/xstate-inspect/src/index.ts',
    '^gantry/http$': '<rootDir>/src/http/index.ts',
    '^gantry/inspect$': '<rootDir>/src/inspect/index.ts',
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Tests of the development build have a separate configuration.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    '<rootDir>/test/development/',
    ...slow.map((path) => `<rootDir>/${path}`),
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tmp/'],
  // Ends a test that hangs; no test is so slow, however busy the machine.
  testTimeout: 120_000,
}

export default config
