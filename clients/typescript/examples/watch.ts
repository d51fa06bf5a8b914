/** Prints what is seen in a feed, a line a frame: `node watch.js 127.0.0.1:50051 or-1` */
import { connect } from '@surgicam/client';

const [address = '127.0.0.1:50051', feedId = 'or-1'] = process.argv.slice(2);
const client = connect(address);
for await (const analysis of client.subscribe(feedId, { boxes: true, maxRate: 5 })) {
  const present = analysis.classScores.filter((score) => score.present).map((score) => score.className);
  process.stdout.write(`${analysis.sequence} ${present.join(', ')}\n`);
}
client.close();
