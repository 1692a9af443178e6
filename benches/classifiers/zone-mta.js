// Puts replies to zone-mta's bounce rules: JSON lines in, what it says of each as JSON lines out, the time last.
'use strict';
const Module = require('module');
const load = Module._load;
Module._load = (name, ...rest) => (name === 'npmlog' ? { error() {}, verbose() {}, info() {} } : load(name, ...rest));
const bounces = require(process.argv[2] + '/zone-mta/lib/bounces.js');

// The causes that a category may mean; any of them counts as right.
const CAUSES = {
    rate: ['rate_limited'], block: ['reputation', 'no_ptr'], blacklist: ['reputation', 'no_ptr'], spam: ['spam'],
    message: ['content', 'too_large', 'virus'], config: ['no_ptr', 'tls', 'sender_rejected', 'system'],
    recipient: ['mailbox_unknown', 'mailbox_disabled', 'recipient_refused', 'mailbox_moved'], other: ['unknown'],
    capacity: ['mailbox_full', 'rate_limited', 'system'], greylist: ['greylisted'], network: ['network', 'domain_unknown'],
    protocol: ['protocol'], auth: ['auth_required', 'auth_failure'], envelope: ['sender_rejected', 'relay_denied'],
    policy: ['policy', 'content', 'recipient_refused', 'sender_rejected'], virus: ['virus'], dmarc: ['auth_failure'],
    sender: ['sender_rejected']
};
const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
const start = process.hrtime.bigint();
const said = lines.map(line => bounces.check(line.reply));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
for (const one of said) {
    const suppress = one.action === 'reject' && one.category === 'recipient';
    console.log(JSON.stringify({ causes: CAUSES[one.category] || ['unknown'], temporary: one.action !== 'reject', suppress }));
}
console.log(JSON.stringify({ seconds }));
