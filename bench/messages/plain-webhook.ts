import { open } from 'node:fs/promises';
import formbody from '@fastify/formbody';
import { fastify } from 'fastify';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

/*
 * The floor: a bare route that checks the signature, appends the message to a file and waits until the disk has it. It joins
 * nothing, answers nobody and forgets nothing twice.
 */
const { PORT, PUBLIC_URL = '', TWILIO_AUTH_TOKEN = '', JOURNAL = '' } = process.env;
const file = await open(JOURNAL, 'a', 0o600);
const app = fastify({ logger: false, forceCloseConnections: true });
await app.register(formbody);
app.post('/whatsapp', async (request, reply) => {
  const form = request.body as Record<string, string>;
  const signature = String(request.headers['x-twilio-signature']);
  if (!validateRequest(TWILIO_AUTH_TOKEN, signature, PUBLIC_URL + request.url, form))
    return reply.code(403).send();
  await file.write(`${JSON.stringify(form)}\n`);
  await file.datasync();
  return reply.type('text/xml').send('<Response></Response>');
});
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.on('SIGTERM', () => process.exit(0));
