// The test service on grpc-js. Says on which port it listens, and which calls were cancelled.
import grpc from '@grpc/grpc-js';
import { Echo } from './echo.js';

function unary(call, callback) {
  const [value] = call.metadata.get('echo');
  const tail = new grpc.Metadata();
  if (value) {
    const head = new grpc.Metadata();
    head.set('head', value);
    call.sendMetadata(head);
    tail.set('tail', value);
    tail.set('tail-bin', Buffer.from([0, 255, 7]));
    tail.add('raw-bin', call.metadata.get('raw-bin')[0]);
  }
  callback(null, { text: call.request.text, payload: call.request.payload }, tail);
}

async function serverStream(call) {
  const { count, text, payload } = call.request;
  for (let number = 1; number <= count; number++) {
    if (!call.write({ text, payload, number })) {
      await new Promise(resolve => call.once('drain', resolve));
    }
  }
  call.end();
}

function clientStream(call, callback) {
  let text = '';
  let number = 0;
  call.on('data', request => {
    text += request.text;
    number++;
  });
  call.on('end', () => callback(null, { text, number }));
}

function duplex(call) {
  call.on('data', request => call.write({ text: request.text }));
  call.on('end', () => call.end());
}

function fail(call, callback) {
  callback({ code: call.request.count, details: call.request.text });
}

function hang(call) {
  console.log(`HANGING ${Math.ceil((call.getDeadline() - Date.now()) / 1000)}`);
  call.on('cancelled', () => console.log('CANCELLED'));
}

const server = new grpc.Server({ 'grpc.max_receive_message_length': 64 << 20 });
server.addService(Echo.service, {
  Unary: unary,
  ServerStream: serverStream,
  ClientStream: clientStream,
  Duplex: duplex,
  Fail: fail,
  Hang: hang,
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(`LISTENING ${port}`);
});
