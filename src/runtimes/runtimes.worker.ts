/** Reads the records of runtimes in a thread of its own, and answers what is asked about them. */
import { answerRequests } from '../base/threads.js';
import { type Asked, createPerformer } from './engine/perform.js';

const perform = createPerformer();
answerRequests((asked: Asked) => perform(asked));
