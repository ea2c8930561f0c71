/** Module work for threads and processes. */
export async function add(args: {
  readonly a: number
  readonly b: number
  /** The process that is killed during the work; 0 for none. */
  readonly kills: number
}): Promise<number> {
  if (args.kills > 0) process.kill(args.kills, 'SIGKILL')
  return args.a + args.b
}
