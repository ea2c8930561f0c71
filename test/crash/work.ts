/** Work that stands in a module, for threads and processes. */
export async function add(args: {
  readonly a: number
  readonly b: number
  /** The process that it works for dies now; 0 for none. */
  readonly kills: number
}): Promise<number> {
  if (args.kills > 0) process.kill(args.kills, 'SIGKILL')
  return args.a + args.b
}
