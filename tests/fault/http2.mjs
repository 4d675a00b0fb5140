// http2.mjs DIR: DynamoDB over TLS with HTTP/2 offered, as far as ddbput asks for it. Key and certificate are in
// DIR/tls.pem, DIR/port is written once it listens, DIR/log says with which protocol each request came, DIR/offered which
// protocols each connection offered (ALPN), one line a connection. HTTP/2 is chosen where it is offered.
import fs from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import tls from 'node:tls'

const dir = process.argv[2]
const pem = fs.readFileSync(`${dir}/tls.pem`)
const table = {
  TableName: 'sales', TableStatus: 'ACTIVE', TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/sales',
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }]
}
const answers = { DescribeTable: { Table: table }, BatchWriteItem: { UnprocessedItems: {} } }

const answer = (request, response) => {
  const operation = (request.headers['x-amz-target'] ?? '').split('.')[1]
  request.resume()
  request.on('end', () => {
    fs.appendFileSync(`${dir}/log`, `${request.httpVersion} ${operation}\n`)
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(answers[operation] ?? {}))
  })
}
const choose = ({ protocols }) => {
  fs.appendFileSync(`${dir}/offered`, `${protocols.join(',')}\n`)
  return protocols.includes('h2') ? 'h2' : 'http/1.1'
}
// Node 18's HTTP/2 server does not take an ALPNCallback, so TLS is a server of its own here.
const http1 = http.createServer(answer)
const h2 = http2.createServer(answer)
const server = tls.createServer({ key: pem, cert: pem, ALPNCallback: choose }, socket => {
  (socket.alpnProtocol === 'h2' ? h2 : http1).emit('connection', socket)
})
server.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(`${dir}/port.new`, `${server.address().port}\n`)
  fs.renameSync(`${dir}/port.new`, `${dir}/port`)
})
