export type { ArgContext, ArgOptions, ArgSource, ArgSpecs, ArgsOf, Found, ReadArg, ValueOf } from './arg.ts'
export { Arg, arg, isArg } from './arg.ts'
export {
  cli,
  env,
  loggerArg,
  optionsArg,
  param,
  returnOf,
  secret,
  sessionArg,
  signalArg,
  taskArg,
} from './builtin.ts'
export type { ArgLevels } from './resolve.ts'
export { resolveArg, resolveArgs } from './resolve.ts'
