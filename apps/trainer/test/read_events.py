"""What TensorBoard's own reader sees in a folder of event files, as JSON.

    python read_events.py FOLDER
Read with tensorboard 2.21.
"""

import base64
import json
import logging
import sys

from tensorboard.backend.event_processing import event_accumulator

logging.disable(logging.WARNING)
everything = {name: 0 for name in event_accumulator.DEFAULT_SIZE_GUIDANCE}
events = event_accumulator.EventAccumulator(sys.argv[1], size_guidance=everything)
events.Reload()
tags = events.Tags()
print(json.dumps({
    "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
    "images": {
        tag: [[event.step, event.width, event.height, base64.b64encode(event.encoded_image_string).decode()] for event in events.Images(tag)]
        for tag in tags["images"]
    },
    "histograms": {
        tag: [
            [event.step, event.histogram_value.min, event.histogram_value.max, event.histogram_value.num, event.histogram_value.sum,
             list(event.histogram_value.bucket_limit), list(event.histogram_value.bucket)]
            for event in events.Histograms(tag)
        ]
        for tag in tags["histograms"]
    },
    "texts": {tag: [[event.step, event.tensor_proto.string_val[0].decode()] for event in events.Tensors(tag)] for tag in tags["tensors"]},
    "textPlugin": sorted(events.PluginTagToContent("text")) if tags["tensors"] else [],
}))
