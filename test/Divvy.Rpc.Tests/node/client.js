// Calls the test service of Divvy.Rpc with grpc-js: one line a check, "OK name" or "FAILED name: why".
import assert from 'node:assert/strict';
import fs from 'node:fs';
import grpc from '@grpc/grpc-js';
import { Echo } from './echo.js';

const [address, caFile, certFile, keyFile] = process.argv.slice(2);
const credentials = caFile
  ? grpc.credentials.createSsl(fs.readFileSync(caFile), fs.readFileSync(keyFile), fs.readFileSync(certFile))
  : grpc.credentials.createInsecure();
const client = new Echo(address, credentials, { 'grpc.max_receive_message_length': 64 << 20 });

function unary(method, request, metadata = new grpc.Metadata(), options = {}) {
  return new Promise(resolve => {
    const seen = {};
    const call = client[method](request, metadata, options, (error, answer) => {
      seen.error = error;
      seen.answer = answer;
    });
    call.on('metadata', head => { seen.head = head; });
    call.on('status', status => resolve({ ...seen, status }));
    seen.call = call;
  });
}

async function read(call) {
  const answers = [];
  for await (const answer of call) {
    answers.push(answer);
  }
  return answers;
}

const checks = {
  async unary() {
    const payload = Buffer.alloc(300_000, 7);
    const { error, answer, status } = await unary('Unary', { text: 'grüezi', payload });
    assert.equal(error, null);
    assert.equal(answer.text, 'grüezi');
    assert.deepEqual(answer.payload, payload);
    assert.equal(status.code, grpc.status.OK);
  },

  async metadata() {
    const metadata = new grpc.Metadata();
    metadata.set('echo', 'a value');
    metadata.set('raw-bin', Buffer.from([1, 2, 3, 4]));
    const { head, status } = await unary('Unary', {}, metadata);
    assert.deepEqual(head.get('head'), ['a value']);
    assert.deepEqual(status.metadata.get('tail'), ['a value']);
    assert.deepEqual(status.metadata.get('tail-bin'), [Buffer.from([0, 255, 7])]);
  },

  async serverStream() {
    const answers = await read(client.ServerStream({ count: 1000, payload: Buffer.alloc(1000) }));
    assert.equal(answers.length, 1000);
    assert.ok(answers.every((answer, index) => answer.number === index + 1));
  },

  async emptyStream() {
    assert.deepEqual(await read(client.ServerStream({ count: 0 })), []);
  },

  async clientStream() {
    const answer = await new Promise((resolve, reject) => {
      const call = client.ClientStream((error, value) => error ? reject(error) : resolve(value));
      for (let i = 0; i < 100; i++) {
        call.write({ text: 'x' });
      }
      call.end();
    });
    assert.equal(answer.number, 100);
  },

  async duplex() {
    const call = client.Duplex();
    let received = 0;
    call.on('data', answer => {
      assert.equal(answer.text, `${received}`);
      if (++received < 50) {
        call.write({ text: `${received}` });
      } else {
        call.end();
      }
    });
    call.write({ text: '0' });
    const status = await new Promise(resolve => call.on('status', resolve));
    assert.equal(status.code, grpc.status.OK);
    assert.equal(received, 50);
  },

  async failure() {
    const { error } = await unary('Fail', { count: grpc.status.NOT_FOUND, text: 'no such key: ä 100%\n' });
    assert.equal(error.code, grpc.status.NOT_FOUND);
    assert.equal(error.details, 'no such key: ä 100%\n');
  },

  async deadline() {
    const { error } = await unary('Hang', {}, new grpc.Metadata(), { deadline: Date.now() + 200 });
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },

  async cancel() {
    const call = client.Hang({}, () => {});
    const status = new Promise(resolve => call.on('status', resolve));
    setTimeout(() => call.cancel(), 50);
    assert.equal((await status).code, grpc.status.CANCELLED);
  },

  async tooLarge() {
    const { error } = await unary('Unary', { payload: Buffer.alloc(5 << 20) });
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },

  async gzip() {
    const compressing = new Echo(address, credentials, { 'grpc.default_compression_algorithm': 2 });
    const error = await new Promise(resolve => compressing.Unary({ text: 'x'.repeat(1000) }, resolve));
    compressing.close();
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
  },

  async unknownMethod() {
    const path = '/divvy.test.Echo/Unbound';
    const error = await new Promise(resolve =>
      client.makeUnaryRequest(path, value => value, value => value, Buffer.alloc(0), resolve));
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`OK ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${error.message.replaceAll('\n', ' ')}`);
  }
}
client.close();
console.log('DONE');
