// Sends SIGTERM to a program a second after it starts to wait for signals, as users end it.
process.once('newListener', function wait(name) {
  if (name === 'SIGTERM') setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1_000).unref()
  else process.once('newListener', wait)
})
