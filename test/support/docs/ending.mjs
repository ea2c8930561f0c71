// Sends SIGTERM to a program that waits for signals, a second after it began to: the way it ends for its users, too.
process.once('newListener', function wait(name) {
  if (name === 'SIGTERM') setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1_000).unref()
  else process.once('newListener', wait)
})
