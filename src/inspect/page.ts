/**
 * The page between the inspector of Stately, which is a web page elsewhere, and the session here: it holds the one in a
 * frame and passes on what the other tells.
 *
 * Its address holds the token, which the socket's address holds, too. It connects when the framed page says that it is ready, and anew if that page is loaded again: who connects is told of
 * every actor that lives.
 */

/** Writes the page for an inspector at an address. */
export function bridgePage(inspector: string): string {
  // `</script>` in an address would end the script.
  const text = (value: string) => JSON.stringify(value).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Inspector</title>
    <style>
      body { margin: 0 }
      iframe { border: 0; display: block; height: 100vh; width: 100vw }
    </style>
  </head>
  <body>
    <iframe title="Inspector"></iframe>
    <script type="module">
      const address = ${text(inspector)}
      const frame = document.querySelector('iframe')
      let socket
      addEventListener('message', ({ source, data }) => {
        if (source !== frame.contentWindow || data?.type !== '@statelyai.connected') return
        socket?.close()
        socket = new WebSocket(\`ws://\${location.host}\${location.pathname}\`)
        socket.onmessage = (message) =>
          frame.contentWindow.postMessage(JSON.parse(message.data), new URL(address).origin)
      })
      frame.src = address
    </script>
  </body>
</html>
`
}
