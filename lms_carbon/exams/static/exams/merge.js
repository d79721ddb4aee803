// After a window has taken the attempt over: what becomes of changes that an earlier window of this browser left unsent.
//   fresh   nothing newer is at the server: they go out again, as changes of the new window
//   late    the server holds an answer from a later window, maybe of another device: they go to the officer, by their old epoch
//   settled the server has them, or this browser itself wrote something later
export function sortLeftovers(leftovers, held) {
  const atServer = new Map(held.map((answer) => [answer.slot, answer]));
  const newest = new Map();
  for (const one of leftovers) {
    const other = newest.get(one.slot);
    if (!other || one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq)) newest.set(one.slot, one);
  }
  const sorted = { fresh: [], late: [], settled: [] };
  for (const one of leftovers) {
    const answer = atServer.get(one.slot);
    if (newest.get(one.slot) !== one) sorted.settled.push(one);
    else if (answer && answer.epoch > one.epoch) sorted.late.push(one);
    else if (answer && answer.epoch === one.epoch && answer.seq >= one.seq) sorted.settled.push(one);
    else sorted.fresh.push(one);
  }
  return sorted;
}
