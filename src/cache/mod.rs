//! Folders of this user alone: the cache, in which bridges and builds stand by their content, and private
//! folders that go with their owner. Knows neither languages nor services.

mod folder;
mod private_folder;
mod stamp;

pub(crate) use self::{
    folder::{folder, of_content, own_folder, place, replace},
    private_folder::{PrivateFolder, create_private, random},
    stamp::{Stamp, was_written_since},
};
