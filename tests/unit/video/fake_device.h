// SPDX-License-Identifier: MIT
// A device that decodes, for machines without one: the functions of libav through which a program meets a device are
// put in front of libav's own. Linked into a test, or preloaded into a program (then it is set up by the environment).
//
// Software does the work behind it. A decoder that was given the device and chose its format gives frames whose pixels
// are out of reach, with the crop at the left and the top still to be done; av_hwframe_transfer_data gives them as
// NV12, NV16, NV24 or P010, of the coded size, as drivers do.
#ifndef WW_TESTS_FAKE_DEVICE_H
#define WW_TESTS_FAKE_DEVICE_H
#include <stdbool.h>

typedef struct fake_device {
    bool absent; // no device of any type can be opened
    // Counted from 1; 0: never. Each happens once, in whatever decoder comes to it first.
    int packet_fails;     // avcodec_send_packet: EIO
    int packet_damaged;   // avcodec_send_packet: AVERROR_INVALIDDATA
    int transfer_fails;   // av_hwframe_transfer_data: EIO
    int frame_is_lost;    // does not come out
    int frame_is_damaged; // comes out with an error flag
    bool refuses;         // the profile: the device's format is offered once, and then no more
    bool dies;            // what fails once fails from then on
    // what happened
    int opened, decoders, packets, frames, transfers, surfaces, surfaces_most; // decoders, surfaces: there are now
} fake_device;

extern fake_device fake;

#endif
