// http2.mjs DIR: DynamoDB over TLS with HTTP/2 offered, as far as ddbput asks for it. Key and certificate are in
// DIR/tls.pem, DIR/port is written once it listens, DIR/log says with which protocol each request came.
// HTTP1=1 in the environment: only HTTP/1.1 is offered. DELAY=MS: so long each answer takes.
import fs from 'node:fs'
import http2 from 'node:http2'
import https from 'node:https'

const dir = process.argv[2]
const pem = fs.readFileSync(`${dir}/tls.pem`)
const table = {
  TableName: 'sales', TableStatus: 'ACTIVE', TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/sales',
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }]
}
const answers = { DescribeTable: { Table: table }, BatchWriteItem: { UnprocessedItems: {} } }

const delay = Number(process.env.DELAY ?? 0)
const answer = (request, response) => {
  const operation = (request.headers['x-amz-target'] ?? '').split('.')[1]
  request.resume()
  request.on('end', () => {
    fs.appendFileSync(`${dir}/log`, `${request.httpVersion} ${operation}\n`)
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify(answers[operation] ?? {}))
    }, delay)
  })
}
const server = process.env.HTTP1
  ? https.createServer({ key: pem, cert: pem }, answer)
  : http2.createSecureServer({ key: pem, cert: pem, allowHTTP1: true }, answer)
server.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(`${dir}/port.new`, `${server.address().port}\n`)
  fs.renameSync(`${dir}/port.new`, `${dir}/port`)
})
