// Serves a Kinesis and a DynamoDB emulator on loopback, in one process, until it is ended or, with --supervised, until
// its standard input ends. Once both serve, it prints one line: "ready kinesis=PORT dynamodb=PORT".
//   node emulators.js [--kinesis-port N] [--dynamodb-port N] [--shard-limit N] [--supervised]
const kinesalite = require('kinesalite')
const dynalite = require('dynalite')

const value = (name, standard) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? standard : Number(process.argv[at + 1])
}

const listen = (server, port) => new Promise((resolve, reject) => {
  server.once('error', reject)
  server.listen(port, '127.0.0.1', () => resolve(server.address().port))
})

const main = async () => {
  const kinesis = kinesalite({
    shardLimit: value('--shard-limit', 10000), createStreamMs: 50, deleteStreamMs: 50, updateStreamMs: 50,
  })
  const dynamodb = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const kinesisPort = await listen(kinesis, value('--kinesis-port', 0))
  const dynamodbPort = await listen(dynamodb, value('--dynamodb-port', 0))
  console.log(`ready kinesis=${kinesisPort} dynamodb=${dynamodbPort}`)
}

if (process.argv.includes('--supervised')) {
  process.stdin.on('end', () => process.exit(0))
  process.stdin.resume()
}
main().catch(failure => {
  console.error(failure.message)
  process.exit(failure.code === 'EADDRINUSE' ? 5 : 1)
})
